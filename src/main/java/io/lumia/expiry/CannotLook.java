package io.lumia.expiry;

/** Something could not be looked at; the message is one sentence: what failed and what to do. */
final class CannotLook extends Exception {
    private static final long serialVersionUID = 1;

    CannotLook(String sentence) {
        super(sentence);
    }

    CannotLook(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
