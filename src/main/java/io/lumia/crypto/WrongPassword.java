package io.lumia.crypto;

/** The password does not open the key; another one may. */
public final class WrongPassword extends Exception {
    private static final long serialVersionUID = 1;

    WrongPassword() {
        super("the password does not open the key");
    }
}
