package io.lumia.store;

import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.store.Certificates.Alike;
import io.lumia.x509.Profile;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of certificates; table {@code certificate_counts}, which triggers keep. It counts by slots of ten minutes of expiry, so only the slot
 * in which a boundary lies is counted one by one.
 */
final class CertificateStatistics {
    private static final List<Duration> HORIZONS = List.of(
            Duration.ofHours(1), Duration.ofHours(8), Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));

    private static final long SLOT = 600_000;

    private final Handle handle;
    private final long now;

    CertificateStatistics(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now.toEpochMilli();
    }

    CertificateCounts counts() {
        return new CertificateCounts(byStatusAndProfile(), expiringWithin(), earliestExpiry());
    }

    private enum Kind {
        ALL("live + revoked", "1 = 1"),
        LIVE("live", "revoked_at is null"),
        REVOKED("revoked", "revoked_at is not null");

        final String counter;
        final String condition;

        Kind(String counter, String condition) {
            this.counter = counter;
            this.condition = condition;
        }
    }

    /**
     * How many have this status and end in this time.
     *
     * @param status null: whichever
     * @param from inclusive; null: ever since
     * @param to exclusive; null: for ever
     */
    long count(@Nullable CertificateStatus status, @Nullable Instant from, @Nullable Instant to) {
        long begin = from == null ? 0 : Math.max(0, from.toEpochMilli());
        long end = to == null ? Long.MAX_VALUE : to.toEpochMilli();
        if (status == null) {
            return between(Kind.ALL, begin, end);
        }
        return switch (status) {
            case REVOKED -> between(Kind.REVOKED, begin, end);
            case EXPIRED -> between(Kind.LIVE, begin, Math.min(now, end));
            case ACTIVE -> between(Kind.LIVE, Math.max(now, begin), end);
        };
    }

    private long between(Kind kind, long begin, long end) {
        return begin >= end ? 0 : before(kind, end) - before(kind, begin);
    }

    List<Alike> renewable() {
        return handle.createQuery("""
                        select slot, lifetime, sum(live) as number from certificate_counts
                        where slot >= :slot and lifetime > 0 and profile in ('device', 'server') group by slot, lifetime
                        having sum(live) > 0
                        """)
                .bind("slot", now / SLOT)
                .map((row, context) -> {
                    long notAfter = row.getLong("slot") * SLOT + SLOT / 2;
                    return new Alike(
                            Instant.ofEpochMilli(notAfter - row.getLong("lifetime") * SLOT),
                            Instant.ofEpochMilli(notAfter),
                            row.getLong("number"));
                })
                .list();
    }

    private record OfProfile(Profile profile, long live, long revoked, long over) {}

    private Map<CertificateStatus, Map<Profile, Long>> byStatusAndProfile() {
        var ending = liveInSlotUntil(now);
        var counts = new EnumMap<CertificateStatus, Map<Profile, Long>>(CertificateStatus.class);
        handle.createQuery("""
                        select profile, sum(live) as live, sum(revoked) as revoked,
                          sum(case when slot < :slot then live else 0 end) as over
                        from certificate_counts group by profile
                        """)
                .bind("slot", now / SLOT)
                .map((row, context) -> new OfProfile(
                        Profile.of(row.getString("profile")),
                        row.getLong("live"),
                        row.getLong("revoked"),
                        row.getLong("over")))
                .forEach(found -> {
                    long expired = found.over + ending.getOrDefault(found.profile, 0L);
                    put(counts, CertificateStatus.ACTIVE, found.profile, found.live - expired);
                    put(counts, CertificateStatus.EXPIRED, found.profile, expired);
                    put(counts, CertificateStatus.REVOKED, found.profile, found.revoked);
                });
        return counts;
    }

    private static void put(
            Map<CertificateStatus, Map<Profile, Long>> counts, CertificateStatus status, Profile profile, long number) {
        if (number > 0) {
            counts.computeIfAbsent(status, none -> new EnumMap<>(Profile.class)).put(profile, number);
        }
    }

    private Map<Duration, Long> expiringWithin() {
        long over = before(Kind.LIVE, now);
        var counts = new LinkedHashMap<Duration, Long>();
        // the horizon itself is within, as notAfter itself is valid
        HORIZONS.forEach(horizon -> counts.put(horizon, before(Kind.LIVE, now + horizon.toMillis() + 1) - over));
        return counts;
    }

    /** Certificates that end before the moment. */
    private long before(Kind kind, long moment) {
        return handle.createQuery("""
                        select (select coalesce(sum(%s), 0) from certificate_counts where slot < :slot)
                        + (select count(*) from certificates where not_after >= :begin and not_after < :end and %s)
                        """.formatted(kind.counter, kind.condition))
                .bind("slot", moment / SLOT)
                .bind("begin", moment / SLOT * SLOT)
                .bind("end", moment)
                .mapTo(Long.class)
                .one();
    }

    /** Of the slot in which the moment lies, those that end before it. */
    private Map<Profile, Long> liveInSlotUntil(long moment) {
        var counts = new EnumMap<Profile, Long>(Profile.class);
        handle.createQuery("""
                        select profile, count(*) as number from certificates
                        where not_after >= :begin and not_after < :end and revoked_at is null group by profile
                        """)
                .bind("begin", moment / SLOT * SLOT)
                .bind("end", moment)
                .map((row, context) -> Map.entry(Profile.of(row.getString("profile")), row.getLong("number")))
                .forEach(found -> counts.put(found.getKey(), found.getValue()));
        return counts;
    }

    private Map<Profile, Instant> earliestExpiry() {
        var earliest = new EnumMap<Profile, Instant>(Profile.class);
        for (Profile profile : Profile.values()) {
            // Of the first two slots with any, the first may be the one that is just passing.
            for (long slot : nextSlots(profile)) {
                var found = handle.createQuery("""
                                select min(not_after) from certificates
                                where not_after >= :begin and not_after < :end and revoked_at is null and profile = :profile
                                """)
                        .bind("begin", Math.max(now, slot * SLOT))
                        .bind("end", (slot + 1) * SLOT)
                        .bind("profile", profile.label())
                        .mapTo(Long.class)
                        .findOne();
                if (found.isPresent()) {
                    earliest.put(profile, Instant.ofEpochMilli(found.get()));
                    break;
                }
            }
        }
        return earliest;
    }

    private List<Long> nextSlots(Profile profile) {
        return handle.createQuery("""
                        select slot from certificate_counts
                        where profile = :profile and slot >= :slot group by slot having sum(live) > 0 order by slot limit 2
                        """)
                .bind("profile", profile.label())
                .bind("slot", now / SLOT)
                .mapTo(Long.class)
                .list();
    }

    /** Claimed devices whose newest certificate is active and past the latest moment that the renewal policy has for it. */
    long overdue(CountOverdue policy) {
        var renewBefore = policy.renewBefore();
        long before = renewBefore == null ? 0 : renewBefore.toMillis();
        return handle.createQuery("""
                        select count(*) from claims k
                        where newest_not_after >= :now and newest_not_after < :latest
                        and newest_not_after - case
                          when :before > 0 and :before * 2 <= newest_not_after - newest_issued_at then :before
                          else (newest_not_after - newest_issued_at) * :share end < :now
                        and exists (select 1 from certificates c where c.serial = k.newest_serial and c.revoked_at is null)
                        """)
                .bind("now", now)
                .bind("latest", now + Math.max(before, (long) (policy.remainingLifetime() * longestLifetime())) + 1)
                .bind("before", before)
                .bind("share", policy.remainingLifetime())
                .mapTo(Long.class)
                .one();
    }

    /** No device's active certificate lasts longer, so what ends later than a share of this is not due; it spares a look at most of them. */
    private long longestLifetime() {
        return SLOT
                * handle.createQuery("""
                        select coalesce(max(lifetime), 0) + 1 from (
                          select lifetime from certificate_counts where profile = 'device' and slot >= :slot
                          group by lifetime having sum(live) > 0) lasting
                        """)
                        .bind("slot", now / SLOT)
                        .mapTo(Long.class)
                        .one();
    }

    /** No certificate that has expired was issued later, in milliseconds since 1970. */
    long youngestExpired() {
        long shortest = handle.createQuery("""
                        select coalesce(min(lifetime), 0) from (
                          select lifetime from certificate_counts where slot <= :slot group by lifetime having sum(live) > 0) ended
                        """)
                .bind("slot", now / SLOT)
                .mapTo(Long.class)
                .one();
        return now - SLOT * Math.max(0, shortest - 1);
    }
}
