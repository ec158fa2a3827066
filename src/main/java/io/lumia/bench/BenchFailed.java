package io.lumia.bench;

/** The measurement cannot go on; the message is one sentence: what failed and what to do. */
public final class BenchFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchFailed(String sentence) {
        super(sentence);
    }

    BenchFailed(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
