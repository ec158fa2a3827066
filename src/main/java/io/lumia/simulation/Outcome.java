package io.lumia.simulation;

import java.time.Duration;
import java.util.stream.IntStream;

/**
 * What came of a scenario. Rates are those of whole buckets, see {@link #bucket}; the mean is that of a mixed fleet, so quiet hours after the start make no
 * peak look better.
 */
public final class Outcome {
    private final Scenario scenario;
    private final Grain grain;
    private final Course course;
    private final int enrolled;
    private final int longestWait;
    private final double scale;

    /** @param scale how many devices each one stands for */
    Outcome(Scenario scenario, Grain grain, Course course, int enrolled, int longestWait, double scale) {
        this.scenario = scenario;
        this.grain = grain;
        this.course = course;
        this.enrolled = enrolled;
        this.longestWait = longestWait;
        this.scale = scale;
    }

    public Scenario scenario() {
        return scenario;
    }

    /** How many devices were simulated; each stands for several where a sample was. */
    public int simulatedDevices() {
        return scenario.devices();
    }

    /** In which renewals are counted. */
    public Duration bucket() {
        return Duration.ofMillis(Math.round(grain.bucketSeconds() * 1000));
    }

    /** Certificates a second that the mixed fleet needs. */
    public double meanPerSecond() {
        return scenario.meanPerSecond() * scale;
    }

    /** Renewals a second in the fullest bucket. */
    public double peakPerSecond() {
        return course.renewals[fullest(course.renewals)] * scale / grain.bucketSeconds();
    }

    public double peakOverMean() {
        return peakPerSecond() / meanPerSecond();
    }

    /** When the fullest bucket began. */
    public Duration peakAt() {
        return Duration.ofMillis(Math.round(fullest(course.renewals) * grain.bucketSeconds() * 1000));
    }

    /** Peak over mean of the time after this moment alone; 0 when nothing is after it. */
    public double peakOverMeanAfter(Duration moment) {
        int from = (int) Math.ceil(moment.toMillis() / 1000.0 / grain.bucketSeconds());
        int most = IntStream.range(from, Math.max(from, course.renewals.length))
                .map(bucket -> course.renewals[bucket])
                .max()
                .orElse(0);
        return most * scale / grain.bucketSeconds() / meanPerSecond();
    }

    public long renewals() {
        return sum(course.renewals);
    }

    /** Requests that reached the CA or found it down, refused ones included. */
    public long attempts() {
        return sum(course.attempts);
    }

    /** Attempts a second in the fullest bucket. */
    public double attemptsPeakPerSecond() {
        return course.attempts[fullest(course.attempts)] * scale / grain.bucketSeconds();
    }

    public long refused() {
        return sum(course.refused);
    }

    /** Devices that got their first certificate. */
    public int enrolled() {
        return scaled(enrolled);
    }

    /** How often a certificate ended before the next one was there. */
    public long expired() {
        return sum(course.ended);
    }

    /** Devices without a valid certificate at once, at most. */
    public int withoutCertificate() {
        return scaled(IntStream.of(course.withoutCertificate()).max().orElse(0));
    }

    /** Devices that wanted a certificate and had been sent away or waited for their turn, at most. */
    public int backlog() {
        return scaled(course.backlog[fullest(course.backlog)]);
    }

    /** The longest that one of them waited. */
    public Duration longestWait() {
        return Duration.ofMillis(longestWait * grain.tickMillis());
    }

    /** Renewals a second, bucket by bucket. */
    public double[] renewalRates() {
        return IntStream.of(course.renewals)
                .mapToDouble(many -> many * scale / grain.bucketSeconds())
                .toArray();
    }

    /** Devices that wait, bucket by bucket. */
    public int[] backlogs() {
        return IntStream.of(course.backlog).map(this::scaled).toArray();
    }

    private static int fullest(int[] many) {
        int fullest = 0;
        for (int i = 1; i < many.length; i++) {
            fullest = many[i] > many[fullest] ? i : fullest;
        }
        return fullest;
    }

    private int scaled(int many) {
        return (int) Math.round(many * scale);
    }

    private long sum(int[] many) {
        return Math.round(IntStream.of(many).asLongStream().sum() * scale);
    }
}
