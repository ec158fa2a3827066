package io.lumia.store;

/** The database cannot be used; the operator has to act. The message is one sentence that names the file and the remedy. */
public final class StoreUnusable extends Exception {
    private static final long serialVersionUID = 1;

    StoreUnusable(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    StoreUnusable(String sentence) {
        super(sentence);
    }
}
