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

    Outcome(Scenario scenario, Grain grain, Course course, int enrolled, int longestWait) {
        this.scenario = scenario;
        this.grain = grain;
        this.course = course;
        this.enrolled = enrolled;
        this.longestWait = longestWait;
    }

    public Scenario scenario() {
        return scenario;
    }

    /** In which renewals are counted. */
    public Duration bucket() {
        return Duration.ofMillis(Math.round(grain.bucketSeconds() * 1000));
    }

    /** Certificates a second that the mixed fleet needs. */
    public double meanPerSecond() {
        return scenario.meanPerSecond();
    }

    /** Renewals a second in the fullest bucket. */
    public double peakPerSecond() {
        return course.renewals[fullest(course.renewals)] / grain.bucketSeconds();
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
        return most / grain.bucketSeconds() / meanPerSecond();
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
        return course.attempts[fullest(course.attempts)] / grain.bucketSeconds();
    }

    public long refused() {
        return sum(course.refused);
    }

    /** Devices that got their first certificate. */
    public int enrolled() {
        return enrolled;
    }

    /** How often a certificate ended before the next one was there. */
    public long expired() {
        return sum(course.ended);
    }

    /** Devices without a valid certificate at once, at most. */
    public int withoutCertificate() {
        return IntStream.of(course.withoutCertificate()).max().orElse(0);
    }

    /** Devices that wanted a certificate and had been sent away or waited for their turn, at most. */
    public int backlog() {
        return course.backlog[fullest(course.backlog)];
    }

    /** The longest that one of them waited. */
    public Duration longestWait() {
        return Duration.ofMillis(longestWait * grain.tickMillis());
    }

    /** Renewals a second, bucket by bucket. */
    public double[] renewalRates() {
        return IntStream.of(course.renewals)
                .mapToDouble(many -> many / grain.bucketSeconds())
                .toArray();
    }

    /** Devices that wait, bucket by bucket. */
    public int[] backlogs() {
        return course.backlog.clone();
    }

    private static int fullest(int[] many) {
        int fullest = 0;
        for (int i = 1; i < many.length; i++) {
            fullest = many[i] > many[fullest] ? i : fullest;
        }
        return fullest;
    }

    private static long sum(int[] many) {
        return IntStream.of(many).asLongStream().sum();
    }
}
