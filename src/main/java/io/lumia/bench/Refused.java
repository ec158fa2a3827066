package io.lumia.bench;

/** An operation that was not done: the server refused it or did not answer. Counted, and the first one told. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
        super(message);
    }
}
