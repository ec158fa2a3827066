package io.lumia.renewal;

import org.jspecify.annotations.Nullable;

/** A step of a renewal failed; the message is a sentence for people. */
final class StepFailed extends Exception {
    private static final long serialVersionUID = 1;

    StepFailed(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
