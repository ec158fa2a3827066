package io.lumia.lifecycle;

import java.time.Duration;
import java.util.Locale;

/**
 * How one step of a renewal went.
 *
 * @param detail for people, one sentence
 * @param reason of a failure or fallback, as a label for metrics; else empty
 */
public record StepReport(RenewalStep step, Result result, Duration took, String detail, String reason) {
    public enum Result {
        DONE,
        /** The certificate is not due: the run ends here. */
        NOT_DUE,
        /** There was nothing for it to do. */
        SKIPPED,
        /** It was done, with less than what was wanted: the run goes on and is told as a failure. */
        FELL_BACK,
        FAILED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static StepReport done(RenewalStep step, Duration took, String detail) {
        return new StepReport(step, Result.DONE, took, detail, "");
    }

    public static StepReport skipped(RenewalStep step, Duration took, String detail) {
        return new StepReport(step, Result.SKIPPED, took, detail, "");
    }

    public static StepReport notDue(Duration took, String detail) {
        return new StepReport(RenewalStep.EXPIRY, Result.NOT_DUE, took, detail, "");
    }

    public static StepReport failed(RenewalStep step, Duration took, String detail, String reason) {
        return new StepReport(step, Result.FAILED, took, detail, reason);
    }

    public boolean isFailure() {
        return result == Result.FAILED;
    }
}
