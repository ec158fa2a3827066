package io.lumia.store;

import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.RenewalsForecast;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RenewalsAhead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * When the devices' newest certificates will be renewed; table {@code claims}, whose index by expiry holds all that is asked. A certificate that
 * was revoked or replaced by another kind counts until it ends.
 */
final class DevicesDue {
    private static final List<Duration> WITHIN = List.of(
            Duration.ofHours(1), Duration.ofHours(8), Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));
    private static final int HOURS = 48;
    private static final int DAYS = 28;

    /** A lifetime is cut into so many steps; certificates of the same steps are counted as one kind. */
    private static final int STEPS = 1440;

    private static final long LONGEST_STEP = 600_000;
    private static final long SHORTEST_STEP = 1_000;

    /** Counting a million takes a good part of a second: it is done again after so many times as long. */
    private static final int REST = 50;

    private static final long WORTH_KEEPING_MILLIS = 20;

    private @Nullable Counted latest;

    /** Alike in lifetime and end. */
    private record Alike(Instant issuedAt, Instant notAfter, long devices) {}

    private record Counted(List<Alike> kinds, Instant at, Instant until) {}

    RenewalsForecast forecast(Handle handle, RenewalPolicy policy, Instant now) {
        var counted = counted(handle, now);
        var ahead = new RenewalsAhead(counted.at, moments(counted.at));
        counted.kinds.forEach(kind -> ahead.add(policy.window(kind.issuedAt, kind.notAfter), kind.devices));
        var within = new LinkedHashMap<Duration, Double>();
        WITHIN.forEach(horizon -> within.put(horizon, ahead.until(within.size())));
        int hours = WITHIN.size();
        long overdue = new CertificateStatistics(handle, now)
                .overdue(new CountOverdue(policy.remainingLifetime(), policy.renewBefore()));
        return new RenewalsForecast(
                overdue, counted.at, within, parts(ahead, hours, HOURS), parts(ahead, hours + HOURS, DAYS));
    }

    private static List<Instant> moments(Instant from) {
        var horizons = new ArrayList<>(WITHIN);
        IntStream.rangeClosed(1, HOURS).mapToObj(Duration::ofHours).forEach(horizons::add);
        int begun = HOURS / 24;
        IntStream.rangeClosed(begun + 1, begun + DAYS)
                .mapToObj(Duration::ofDays)
                .forEach(horizons::add);
        return horizons.stream().map(from::plus).toList();
    }

    /** What is expected in each of these consecutive stretches of time; the first stretch of all begins now. */
    private static List<Double> parts(RenewalsAhead ahead, int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> ahead.until(i) - (i == WITHIN.size() ? 0 : ahead.until(i - 1)))
                .toList();
    }

    private synchronized Counted counted(Handle handle, Instant now) {
        var kept = latest;
        if (kept != null && !now.isBefore(kept.at) && now.isBefore(kept.until)) {
            return kept;
        }
        long begun = System.nanoTime();
        var kinds = count(handle, now);
        long took = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        var fresh = new Counted(kinds, now, now.plusMillis(took < WORTH_KEEPING_MILLIS ? 0 : took * REST));
        latest = fresh;
        return fresh;
    }

    private static List<Alike> count(Handle handle, Instant now) {
        long longest = handle.createQuery("""
                        select max(newest_not_after - newest_issued_at) from claims where newest_not_after >= :now
                        """)
                .bind("now", now.toEpochMilli())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
        long step = Math.max(SHORTEST_STEP, Math.min(LONGEST_STEP, longest / STEPS));
        try (Stream<Alike> kinds = handle
                .createQuery("""
                        select newest_not_after / :step as slot, (newest_not_after - newest_issued_at) / :step as lifetime, count(*) as number
                        from claims where newest_not_after >= :now group by 1, 2
                        """)
                .bind("step", step)
                .bind("now", now.toEpochMilli())
                .map((row, context) -> {
                    long notAfter = row.getLong("slot") * step + step / 2;
                    long lifetime = row.getLong("lifetime") * step + step / 2;
                    return new Alike(
                            Instant.ofEpochMilli(notAfter - lifetime),
                            Instant.ofEpochMilli(notAfter),
                            row.getLong("number"));
                })
                .stream()) {
            return kinds.toList();
        }
    }
}
