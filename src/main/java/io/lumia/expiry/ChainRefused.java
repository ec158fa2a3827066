package io.lumia.expiry;

/** A chain does not lead to the CAs that it must lead to; the message says why. */
final class ChainRefused extends Exception {
    private static final long serialVersionUID = 1;

    ChainRefused(String why, Throwable cause) {
        super(why, cause);
    }
}
