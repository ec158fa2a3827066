package io.lumia.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Limits of what one client may take of all nodes together; table {@code rate_limits}. A row holds when all that the client took will have been
 * given back (the generic cell rate algorithm), so that one statement looks and takes, and nodes wait for each other at that row alone.
 */
public final class SharedLimits {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    SharedLimits() {}

    /**
     * Takes one, as part of the transaction: what is undone with it was not taken.
     *
     * @param name of limit and client
     * @param perMinute and {@code burst} as for {@link io.lumia.access.TokenBuckets}
     * @return empty when there was one, otherwise how long until the next
     */
    public Optional<Duration> take(Handle handle, String name, int perMinute, int burst, Instant now) {
        long interval = Math.max(1, MINUTE / perMinute);
        long room = (burst - 1) * interval;
        boolean taken = handle.createUpdate("""
                                insert into rate_limits (name, free_at) values (:name, :now + :interval)
                                on conflict (name) do update
                                set free_at = case when rate_limits.free_at > :now then rate_limits.free_at else :now end + :interval
                                where rate_limits.free_at <= :now + :room
                                """)
                        .bind("name", name)
                        .bind("now", now.toEpochMilli())
                        .bind("interval", interval)
                        .bind("room", room)
                        .execute()
                > 0;
        return taken ? Optional.empty() : Optional.of(wait(handle, name, now.plusMillis(room)));
    }

    private static Duration wait(Handle handle, String name, Instant from) {
        long free = handle.createQuery("select free_at from rate_limits where name = :name")
                .bind("name", name)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
        return Duration.ofMillis(Math.max(1, free - from.toEpochMilli()));
    }
}
