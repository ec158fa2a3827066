package io.lumia.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one case came to for one subject.
 *
 * @param operations certificates obtained
 * @param errors operations that failed
 * @param rate certificates in a second
 * @param median milliseconds from the first request to the certificate
 * @param p99 the same for 99 of 100
 * @param cpu milliseconds that the server's process computed for one certificate
 */
public record Figures(long operations, long errors, double rate, double median, double p99, double cpu) {

    /** @param times of each operation, in nanoseconds; is sorted */
    static Figures of(long[] times, long errors, double seconds, double cpuMillis) {
        Arrays.sort(times);
        return new Figures(
                times.length,
                errors,
                times.length / seconds,
                quantile(times, 0.5),
                quantile(times, 0.99),
                times.length == 0 ? 0 : cpuMillis / times.length);
    }

    /** Of several rounds: counts are added, the rest are medians. */
    static Figures median(List<Figures> rounds) {
        return new Figures(
                rounds.stream().mapToLong(Figures::operations).sum(),
                rounds.stream().mapToLong(Figures::errors).sum(),
                median(rounds, Figures::rate),
                median(rounds, Figures::median),
                median(rounds, Figures::p99),
                median(rounds, Figures::cpu));
    }

    private static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double quantile(long[] sorted, double share) {
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))] / 1e6;
    }
}
