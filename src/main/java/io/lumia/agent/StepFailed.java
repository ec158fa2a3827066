package io.lumia.agent;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One step of an identity's life failed; says why, and whether trying again can help. */
public final class StepFailed extends Exception {
    /** Why, as a label for metrics. */
    public enum Reason {
        UNREACHABLE,
        REFUSED,
        CHALLENGE,
        INVALID_CERTIFICATE,
        ROLLED_BACK,
        INTERNAL;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What helps. */
    public enum Remedy {
        /** Trying again after a while. */
        RETRY,
        /** An operator has to act; trying again now and then finds out that it was done. */
        OPERATOR,
        /** Nothing that happens by itself; trying again would be wrong. */
        NONE
    }

    private final Reason reason;
    private final Remedy remedy;
    private final @Nullable Duration retryAfter;

    private StepFailed(
            Reason reason, Remedy remedy, String detail, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
        this.remedy = remedy;
        this.retryAfter = retryAfter;
    }

    static StepFailed retry(Reason reason, String detail, @Nullable Throwable cause) {
        return new StepFailed(reason, Remedy.RETRY, detail, null, cause);
    }

    static StepFailed later(Reason reason, String detail, @Nullable Duration retryAfter) {
        return new StepFailed(reason, Remedy.RETRY, detail, retryAfter, null);
    }

    /** An operator has to act. */
    public static StepFailed operator(Reason reason, String detail) {
        return new StepFailed(reason, Remedy.OPERATOR, detail, null, null);
    }

    static StepFailed hopeless(Reason reason, String detail) {
        return new StepFailed(reason, Remedy.NONE, detail, null, null);
    }

    /** The failure itself when it is one, otherwise {@link Reason#INTERNAL} with the failure as cause. */
    static StepFailed of(Throwable failure) {
        return failure instanceof StepFailed known
                ? known
                : retry(Reason.INTERNAL, "unexpected failure: " + failure, failure);
    }

    /** The same failure of a swap that was taken back. */
    static StepFailed rolledBack(Throwable failure) {
        var cause = of(failure);
        return retry(
                Reason.ROLLED_BACK,
                "the new certificate does not work, the old one stays: " + cause.getMessage(),
                cause);
    }

    public Reason reason() {
        return reason;
    }

    public Remedy remedy() {
        return remedy;
    }

    /** How long the other side asked us to wait. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
