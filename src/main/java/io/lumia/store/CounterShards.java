package io.lumia.store;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** Keeps PostgreSQL's table {@code certificate_counts} small: each connection that ever wrote has left rows of its own in it. */
final class CounterShards {
    private static final long SLOT = 600_000;

    private CounterShards() {}

    /** Puts together what ended before this moment; only revocations and the purge change that, so nobody waits. @return rows that went */
    static int unite(Handle handle, Instant now) {
        int united =
                handle.createUpdate("""
                        with gone as (delete from certificate_counts where slot < :slot and shard <> 0
                          returning profile, slot, lifetime, live, revoked)
                        insert into certificate_counts as c (profile, slot, lifetime, shard, live, revoked)
                        select profile, slot, lifetime, 0, sum(live), sum(revoked) from gone group by profile, slot, lifetime
                        on conflict (slot, profile, lifetime, shard) do update
                        set live = c.live + excluded.live, revoked = c.revoked + excluded.revoked
                        """).bind("slot", now.toEpochMilli() / SLOT).execute();
        return united
                + handle.createUpdate("delete from certificate_counts where slot < :slot and live = 0 and revoked = 0")
                        .bind("slot", now.toEpochMilli() / SLOT)
                        .execute();
    }
}
