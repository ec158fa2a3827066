package io.lumia.store;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * Who does a piece of work that one node is to do; table {@code leases}. Times are those of the database, so that clocks of nodes do not matter.
 * Where only this process uses the store, it always has every lease.
 */
public final class Leases {
    private static final String NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    private final Store store;

    Leases(Store store) {
        this.store = store;
    }

    /**
     * A lease that was given.
     *
     * @param fence grows with each owner: who shows a smaller one is late
     */
    public record Lease(String name, String owner, long fence) {}

    /**
     * Takes it for this time, when nobody has it or its time is over; or prolongs it. An owner that ends early may give it back.
     *
     * @param owner incarnation of the node
     */
    public Future<Optional<Lease>> take(String name, String owner, Duration time) {
        if (!store.isShared()) {
            return Future.succeededFuture(Optional.of(new Lease(name, owner, 0)));
        }
        return store.write(handle -> handle.createQuery("""
                                insert into leases (name, owner, fence, until) values (:name, :owner, 1, %1$s + :millis)
                                on conflict (name) do update
                                set owner = excluded.owner, until = excluded.until,
                                  fence = leases.fence + case when leases.owner = excluded.owner then 0 else 1 end
                                where leases.until < %1$s or leases.owner = excluded.owner
                                returning fence
                                """.formatted(NOW))
                        .bind("name", name)
                        .bind("owner", owner)
                        .bind("millis", time.toMillis())
                        .mapTo(Long.class)
                        .findOne())
                .map(fence -> fence.map(given -> new Lease(name, owner, given)));
    }

    /** Prolongs it. @return false: its time was over, and another one has it, or had it since */
    public Future<Boolean> keep(Lease lease, Duration time) {
        if (!store.isShared()) {
            return Future.succeededFuture(true);
        }
        return store.write(handle -> handle.createUpdate("""
                                update leases set until = %1$s + :millis
                                where name = :name and owner = :owner and fence = :fence
                                """.formatted(NOW))
                        .bind("name", lease.name())
                        .bind("owner", lease.owner())
                        .bind("fence", lease.fence())
                        .bind("millis", time.toMillis())
                        .execute()
                > 0);
    }

    /** Gives it back; one that another node has by now stays there. */
    public Future<Void> release(Lease lease) {
        if (!store.isShared()) {
            return Future.succeededFuture();
        }
        return store.write(handle -> handle.createUpdate(
                                "update leases set until = 0 where name = :name and owner = :owner and fence = :fence")
                        .bind("name", lease.name())
                        .bind("owner", lease.owner())
                        .bind("fence", lease.fence())
                        .execute())
                .mapEmpty();
    }
}
