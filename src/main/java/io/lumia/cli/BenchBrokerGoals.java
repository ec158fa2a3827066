package io.lumia.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the embedded broker is to reach, by case and metric. */
final class BenchBrokerGoals {
    private static final Map<String, Goal> GOALS = Map.ofEntries(
            Map.entry("connect cpu-per-connection", new Goal(Goal.Kind.AT_MOST_TIMES_PEER, 1)),
            Map.entry("connect memory-per-connection", new Goal(Goal.Kind.AT_MOST, 30)),
            Map.entry("latency p99", new Goal(Goal.Kind.AT_MOST_TIMES_PEER, 1.5)),
            Map.entry("latency qos1-rate", new Goal(Goal.Kind.AT_LEAST_TIMES_PEER, 1)),
            Map.entry("revocation one-by-one-p99", new Goal(Goal.Kind.AT_MOST, 100)),
            Map.entry("revocation at-once-p99", new Goal(Goal.Kind.AT_MOST, 100)),
            Map.entry("storm storm-over-handshakes", new Goal(Goal.Kind.AT_MOST, 1.3)));

    private static final List<String> PROMISES = List.of(
            "latency lost",
            "rotation dropped",
            "rotation lost",
            "rotation duplicated",
            "revocation readmitted",
            "revocation others-touched");

    private BenchBrokerGoals() {}

    /** A bound, or one as a multiple of the peer's figure. */
    record Goal(Kind kind, double bound) {
        enum Kind {
            AT_MOST,
            AT_MOST_TIMES_PEER,
            AT_LEAST_TIMES_PEER
        }

        /** Empty where it takes a peer that was not measured. */
        Optional<Boolean> isMet(OptionalDouble ours, OptionalDouble theirs) {
            double limit = kind == Kind.AT_MOST ? bound : bound * theirs.orElse(Double.NaN);
            if (ours.isEmpty() || Double.isNaN(limit)) {
                return Optional.empty();
            }
            return Optional.of(
                    kind == Kind.AT_LEAST_TIMES_PEER ? ours.getAsDouble() >= limit : ours.getAsDouble() <= limit);
        }

        String verdict(OptionalDouble ours, OptionalDouble theirs) {
            return text("")
                    + isMet(ours, theirs).map(met -> met ? " met" : " MISSED").orElse(" (no peer)");
        }

        String text(String metric) {
            var number = String.format(Locale.ROOT, "%s", bound).replaceAll("\\.0$", "");
            return switch (kind) {
                case AT_MOST -> metric + "≤ " + number;
                case AT_MOST_TIMES_PEER -> metric + "≤ " + number + " × peer";
                case AT_LEAST_TIMES_PEER -> metric + "≥ " + number + " × peer";
            };
        }
    }

    static Optional<Goal> of(String which, String metric) {
        var name = which + " " + metric;
        return isPromise(which, metric)
                ? Optional.of(new Goal(Goal.Kind.AT_MOST, 0))
                : Optional.ofNullable(GOALS.get(name));
    }

    /** Whether anything but zero is a defect. */
    static boolean isPromise(String which, String metric) {
        return PROMISES.contains(which + " " + metric);
    }
}
