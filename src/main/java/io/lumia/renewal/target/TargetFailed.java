package io.lumia.renewal.target;

import org.jspecify.annotations.Nullable;

/** A target could not do what it was asked to; the message is a sentence that names the file or address, why, and what to do. */
public final class TargetFailed extends Exception {
    private static final long serialVersionUID = 1;

    public TargetFailed(String sentence) {
        this(sentence, null);
    }

    public TargetFailed(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
