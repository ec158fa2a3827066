package io.lumia.renewal;

import io.lumia.config.RenewalInstanceConfig;
import io.lumia.lifecycle.RenewalRun.Outcome;
import io.lumia.lifecycle.StepReport;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the renewal of one instance went.
 *
 * @param target its kind
 * @param method by which the certificate came: acme, step-ca, embedded, self-signed
 * @param issuer that made it, or would have: the address of the CA, or the method
 * @param problem a sentence for people; empty when it went well
 * @param reason of the problem, as a label for metrics; empty when it went well
 * @param steps that were taken
 * @param served what is in use now; null: nothing that is known
 * @param dueAt when that is to be renewed; null where nothing is in use
 * @param backup what was in use before; null: none was made
 */
public record RenewalReport(
        String instance,
        String target,
        String method,
        String issuer,
        Outcome outcome,
        String problem,
        String reason,
        Instant begun,
        Duration took,
        List<StepReport> steps,
        @Nullable Served served,
        @Nullable Instant dueAt,
        @Nullable Path backup) {
    /** A certificate in use. */
    public record Served(SerialNumber serial, Validity validity) {}

    public RenewalReport {
        steps = List.copyOf(steps);
    }

    /** Of a run that did not begin. */
    static RenewalReport notBegun(
            RenewalInstanceConfig config,
            String instance,
            Outcome outcome,
            String problem,
            String reason,
            Instant now) {
        return new RenewalReport(
                instance,
                config.target().type().toString(),
                "",
                "",
                outcome,
                problem,
                reason,
                now,
                Duration.ZERO,
                List.of(),
                null,
                null,
                null);
    }

    /** Whether a certificate was to be renewed and was not. */
    public boolean isFailure() {
        return outcome == Outcome.KEPT || outcome == Outcome.SELF_SIGNED || outcome == Outcome.CRITICAL;
    }

    /** 0 nothing to do or renewed, 1 failed and fell back, 2 critical. */
    public int exitCode() {
        return switch (outcome) {
            case NOT_DUE, RENEWED -> 0;
            case KEPT, SELF_SIGNED, BUSY -> 1;
            case CRITICAL -> 2;
        };
    }
}
