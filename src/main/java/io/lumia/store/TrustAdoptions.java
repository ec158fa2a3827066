package io.lumia.store;

import io.lumia.bus.FleetBus.Adoption;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Which bundle of roots each device, broker, listener and service said that it uses; table {@code trust_adoptions}. */
public final class TrustAdoptions {
    /** A node of the authority confirms again and again; one that does not is gone. */
    private static final Duration NODE_GONE = Duration.ofMinutes(2);

    /** Devices with a name and a live certificate: whoever has none learns the roots when it gets one. */
    private static final String DEVICES = """
            from claims c left join trust_adoptions t on t.kind = 'device' and t.name = c.name
            where c.newest_not_after > :now and not exists (
              select 1 from certificates r where r.serial = c.newest_serial and r.revoked_at is not null)
            """;

    private static final String LACKING = " and (t.bundle is null or t.bundle <> :bundle) ";

    private final Store store;

    TrustAdoptions(Store store) {
        this.store = store;
    }

    /** @param bundle fingerprint of what it uses from now on */
    public Future<Void> confirm(TrustHolder kind, String name, String bundle, Instant now) {
        return store.write(handle -> confirm(handle, kind, name, bundle, now)).mapEmpty();
    }

    /** Who uses a bundle and who does not, by kind; nodes of the authority by the new issuer instead. */
    public Future<Map<TrustHolder, Adoption>> count(String bundle, String newIssuer, Instant now) {
        return store.read(handle -> {
            var counts = new EnumMap<TrustHolder, Adoption>(TrustHolder.class);
            counts.put(TrustHolder.DEVICE, devices(handle, bundle, now));
            for (TrustHolder kind : TrustHolder.values()) {
                if (kind != TrustHolder.DEVICE) {
                    boolean node = kind == TrustHolder.AUTHORITY;
                    counts.put(
                            kind,
                            others(
                                    handle,
                                    kind,
                                    node ? newIssuer : bundle,
                                    node ? now.minus(NODE_GONE) : Instant.EPOCH));
                }
            }
            return counts;
        });
    }

    /** The first of those who do not use the bundle: nodes of the authority, brokers, listeners and services before devices. */
    public Future<List<Straggler>> stragglers(String bundle, String newIssuer, Instant now, int most) {
        return store.read(handle -> {
            var found = new ArrayList<Straggler>();
            handle.createQuery("""
                            select kind, name, confirmed_at from trust_adoptions
                            where (kind = 'authority' and bundle <> :issuer and confirmed_at > :gone)
                              or (kind in ('broker', 'listener', 'service') and bundle <> :bundle)
                            order by kind, name limit :most
                            """)
                    .bind("issuer", newIssuer)
                    .bind("bundle", bundle)
                    .bind("gone", now.minus(NODE_GONE).toEpochMilli())
                    .bind("most", most)
                    .map(TrustAdoptions::other)
                    .forEach(found::add);
            handle.createQuery("select c.name, t.confirmed_at " + DEVICES + LACKING + " order by c.name limit :most")
                    .bind("now", now.toEpochMilli())
                    .bind("bundle", bundle)
                    .bind("most", most - found.size())
                    .map(TrustAdoptions::device)
                    .forEach(found::add);
            return found;
        });
    }

    private static Adoption devices(Handle handle, String bundle, Instant now) {
        long all = handle.createQuery("select count(*) " + DEVICES)
                .bind("now", now.toEpochMilli())
                .mapTo(Long.class)
                .one();
        long missing = handle.createQuery("select count(*) " + DEVICES + LACKING)
                .bind("now", now.toEpochMilli())
                .bind("bundle", bundle)
                .mapTo(Long.class)
                .one();
        return new Adoption(all - missing, missing);
    }

    private static Adoption others(Handle handle, TrustHolder kind, String bundle, Instant heardSince) {
        return handle.createQuery("""
                        select sum(case when bundle = :bundle then 1 else 0 end) as confirmed, count(*) as everybody
                        from trust_adoptions where kind = :kind and confirmed_at > :since
                        """)
                .bind("kind", label(kind))
                .bind("bundle", bundle)
                .bind("since", heardSince.toEpochMilli())
                .map((row, context) ->
                        new Adoption(row.getLong("confirmed"), row.getLong("everybody") - row.getLong("confirmed")))
                .one();
    }

    private static Straggler other(ResultSet row, StatementContext context) throws SQLException {
        var kind = TrustHolder.valueOf(row.getString("kind").toUpperCase(Locale.ROOT));
        return new Straggler(
                kind,
                row.getString("name"),
                Instant.ofEpochMilli(row.getLong("confirmed_at")),
                kind == TrustHolder.AUTHORITY ? "lacks the new keys" : "has confirmed another bundle");
    }

    private static Straggler device(ResultSet row, StatementContext context) throws SQLException {
        long at = row.getLong("confirmed_at");
        boolean never = row.wasNull();
        return new Straggler(
                TrustHolder.DEVICE,
                row.getString("name"),
                never ? null : Instant.ofEpochMilli(at),
                never ? "has never confirmed" : "has confirmed another bundle");
    }

    private static int confirm(Handle handle, TrustHolder kind, String name, String bundle, Instant now) {
        return handle.createUpdate("""
                        insert into trust_adoptions (kind, name, bundle, confirmed_at) values (:kind, :name, :bundle, :now)
                        on conflict (kind, name) do update set bundle = excluded.bundle, confirmed_at = excluded.confirmed_at
                        """)
                .bind("kind", label(kind))
                .bind("name", name)
                .bind("bundle", bundle)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    static String label(TrustHolder kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
