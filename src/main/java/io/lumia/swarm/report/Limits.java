package io.lumia.swarm.report;

import io.lumia.swarm.SwarmCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a run must keep to; null: whatever it comes to.
 *
 * @param p50 of deliveries
 * @param longest delivery
 * @param connected devices at the end, as a share of all
 * @param renewals at least so many
 */
public record Limits(
        @Nullable Duration p50,
        @Nullable Duration p99,
        @Nullable Duration longest,
        @Nullable Long drops,
        @Nullable Long lost,
        @Nullable Long duplicated,
        @Nullable Long renewalFailures,
        @Nullable Double connected,
        @Nullable Long renewals) {
    private static final double MICROS_PER_MILLI = 1000;

    /** A run without limits. */
    public static final Limits NONE = new Limits(null, null, null, null, null, null, null, null, null);

    /**
     * How a run compares with one limit.
     *
     * @param what is limited, as the option is called
     */
    public record Verdict(String what, String limit, String measured, boolean held) {}

    /**
     * One for each limit that is set.
     *
     * @param connectedAtEnd before the devices were told to go
     */
    public List<Verdict> judge(SwarmCounts counts, int connectedAtEnd, Histogram delivery) {
        var verdicts = new ArrayList<Verdict>();
        time(verdicts::add, "max-p50", p50, delivery, delivery.getValueAtPercentile(50));
        time(verdicts::add, "max-p99", p99, delivery, delivery.getValueAtPercentile(99));
        time(verdicts::add, "max-latency", longest, delivery, delivery.getMaxValue());
        most(verdicts::add, "max-drops", drops, counts.dropped());
        most(verdicts::add, "max-lost", lost, counts.lost());
        most(verdicts::add, "max-duplicated", duplicated, counts.duplicated());
        most(verdicts::add, "max-renewal-failures", renewalFailures, counts.renewalFailures());
        if (connected != null) {
            long wanted = (long) Math.ceil(connected * counts.devices());
            verdicts.add(new Verdict("min-connected", "" + wanted, "" + connectedAtEnd, connectedAtEnd >= wanted));
        }
        if (renewals != null) {
            verdicts.add(
                    new Verdict("min-renewals", "" + renewals, "" + counts.renewals(), counts.renewals() >= renewals));
        }
        return List.copyOf(verdicts);
    }

    private static void most(Consumer<Verdict> to, String what, @Nullable Long limit, long measured) {
        if (limit != null) {
            to.accept(new Verdict(what, "" + limit, "" + measured, measured <= limit));
        }
    }

    /** Where nothing was measured, nothing is shown to hold. */
    private static void time(
            Consumer<Verdict> to, String what, @Nullable Duration limit, Histogram delivery, long micros) {
        if (limit == null) {
            return;
        }
        boolean measured = delivery.getTotalCount() > 0;
        to.accept(new Verdict(
                what,
                limit.toMillis() + " ms",
                measured ? String.format(Locale.ROOT, "%.1f ms", micros / MICROS_PER_MILLI) : "nothing",
                measured && micros <= limit.toNanos() / MICROS_PER_MILLI));
    }
}
