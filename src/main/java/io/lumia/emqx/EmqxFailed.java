package io.lumia.emqx;

/** EMQX did not do what it was asked to; the message is a sentence that names the request, the answer and what to do. */
public final class EmqxFailed extends Exception {
    private static final long serialVersionUID = 1;

    EmqxFailed(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    EmqxFailed(String sentence) {
        super(sentence);
    }
}
