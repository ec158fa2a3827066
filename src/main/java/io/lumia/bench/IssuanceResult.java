package io.lumia.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** All rounds of one case with one subject; each figure is the median of the rounds. */
public final class IssuanceResult {
    private final IssuanceCase which;
    private final String subject;
    private final List<Sample> rounds;

    IssuanceResult(IssuanceCase which, String subject, List<Sample> rounds) {
        this.which = which;
        this.subject = subject;
        this.rounds = List.copyOf(rounds);
    }

    public IssuanceCase which() {
        return which;
    }

    /** {@code lumia}, or the peer's name. */
    public String subject() {
        return subject;
    }

    /** Operations a second. */
    public double perSecond() {
        return median(Sample::perSecond);
    }

    /** Processor time of the server for one operation, in milliseconds. */
    public double cpuPerOperation() {
        return median(Sample::cpuPerOperation);
    }

    /** Time that an operation takes, in milliseconds, for this share of all: 0.5 or 0.99. */
    public double latency(double share) {
        return median(sample -> sample.latencies().percentile(share));
    }

    /** Of all rounds. */
    public int operations() {
        return rounds.stream().mapToInt(Sample::operations).sum();
    }

    /** Operations of all rounds that were refused or not answered. */
    public int errors() {
        return rounds.stream().mapToInt(Sample::errors).sum();
    }

    /** What the first of them said. */
    public Optional<String> firstError() {
        return rounds.stream().flatMap(round -> round.firstError().stream()).findFirst();
    }

    private double median(ToDoubleFunction<Sample> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
