package io.lumia.config;

/** Lumia cannot start; the message is one sentence for the operator: what failed, for which key or file, and what to do. */
public class CannotStart extends RuntimeException {
    public CannotStart(String sentence) {
        super(sentence);
    }

    public CannotStart(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
