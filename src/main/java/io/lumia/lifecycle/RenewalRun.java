package io.lumia.lifecycle;

import io.lumia.lifecycle.StepReport.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One renewal as a state machine: the steps that were taken, from which follows the next one. A source that does not answer ends the run only
 * once it is known that the certificate is due. Whatever fails behind the backup is followed by the restoration.
 *
 * @param steps so far, in order
 * @param lastResort whether an order has something to give without a CA: a self-signed certificate, where nothing good is in use
 */
public record RenewalRun(List<StepReport> steps, boolean lastResort) {
    public static final RenewalRun NEW = new RenewalRun(List.of(), false);

    /** How a run ended. */
    public enum Outcome {
        /** The certificate has time left. */
        NOT_DUE,
        RENEWED,
        /** No CA issued, and nothing good was in use: a self-signed certificate is served. */
        SELF_SIGNED,
        /** It failed, and what was in use before still is. */
        KEPT,
        /** It failed, and what is in use ends soon or is not known to work. */
        CRITICAL,
        /** It did not begin, since another run has the instance. */
        BUSY;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RenewalRun {
        steps = List.copyOf(steps);
    }

    public RenewalRun and(StepReport report) {
        if (!next().equals(Optional.of(report.step()))) {
            throw new IllegalStateException(report.step() + " is not the next step of " + steps);
        }
        var longer = new ArrayList<>(steps);
        longer.add(report);
        return new RenewalRun(longer, lastResort);
    }

    /** Goes on from here also when no CA answers. */
    public RenewalRun withLastResort() {
        return new RenewalRun(steps, true);
    }

    /** What is to be done now; empty when the run has ended. */
    public Optional<RenewalStep> next() {
        if (steps.isEmpty()) {
            return Optional.of(RenewalStep.HEALTH);
        }
        var last = steps.get(steps.size() - 1);
        return switch (last.step()) {
            case RESTORATION, CLEANUP -> Optional.empty();
            case HEALTH -> Optional.of(RenewalStep.EXPIRY);
            case EXPIRY ->
                last.result() == Result.DONE && (!hasFailed() || lastResort)
                        ? Optional.of(RenewalStep.BACKUP)
                        : Optional.empty();
            case BACKUP -> last.isFailure() ? Optional.empty() : Optional.of(RenewalStep.ORDER);
            case ORDER -> orRestoration(last, RenewalStep.VALIDATION);
            case VALIDATION -> orRestoration(last, RenewalStep.INSTALLATION);
            case INSTALLATION -> orRestoration(last, RenewalStep.RELOAD);
            case RELOAD -> orRestoration(last, RenewalStep.TEST);
            case TEST -> orRestoration(last, RenewalStep.CLEANUP);
        };
    }

    private static Optional<RenewalStep> orRestoration(StepReport last, RenewalStep following) {
        return Optional.of(last.isFailure() ? RenewalStep.RESTORATION : following);
    }

    /**
     * The first failure that made the run end, or else the fallback that it went on with; empty when there was neither. A source that is down
     * while nothing is due is none, nor is one that delivered after all.
     */
    public Optional<StepReport> failure() {
        return isNotDue()
                ? Optional.empty()
                : steps.stream()
                        .filter(StepReport::isFailure)
                        .filter(report -> report.step() != RenewalStep.CLEANUP)
                        .filter(report -> report.step() != RenewalStep.HEALTH || !hasOrdered())
                        .findFirst()
                        .or(this::fallback);
    }

    private Optional<StepReport> fallback() {
        return steps.stream()
                .filter(report -> report.result() == Result.FELL_BACK)
                .findFirst();
    }

    /** @param before level of what was in use when the run began */
    public Outcome outcome(ExpiryLevel before) {
        if (next().isPresent()) {
            throw new IllegalStateException("the run goes on with " + next());
        }
        if (isNotDue()) {
            return Outcome.NOT_DUE;
        }
        var failure = failure();
        if (failure.isEmpty()) {
            return Outcome.RENEWED;
        }
        if (failure.get().result() == Result.FELL_BACK) {
            return Outcome.SELF_SIGNED;
        }
        boolean sound = before == ExpiryLevel.HEALTHY || before == ExpiryLevel.WARNING;
        return sound && !hasFailed(RenewalStep.RESTORATION) ? Outcome.KEPT : Outcome.CRITICAL;
    }

    private boolean isNotDue() {
        return steps.stream().anyMatch(report -> report.result() == Result.NOT_DUE);
    }

    private boolean hasOrdered() {
        return steps.stream().anyMatch(report -> report.step() == RenewalStep.ORDER);
    }

    private boolean hasFailed() {
        return steps.stream().anyMatch(StepReport::isFailure);
    }

    private boolean hasFailed(RenewalStep step) {
        return steps.stream().anyMatch(report -> report.step() == step && report.isFailure());
    }
}
