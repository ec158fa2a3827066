package io.lumia.store;

import io.lumia.bus.FleetBus.DevicePage;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.RenewalsForecast;
import io.lumia.bus.FleetBus.SoonestDevices;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Fleet names and the identity keys that own them; table {@code claims}. */
public final class Claims {
    private static final String COLUMNS = """
            select c.name, c.identity_key, c.address, c.claimed_at, latest.serial, latest.not_after
            from claims c left join certificates latest on latest.serial =
              (select serial from certificates where device = c.name order by issued_at desc limit 1)
            """;

    private final Store store;
    private final DevicesDue due = new DevicesDue();

    Claims(Store store) {
        this.store = store;
    }

    /**
     * Claims the name for the key, or refreshes the address of a claim by the same key. To be called in {@link Store#write}.
     *
     * @return whether the name belongs to the key now; false: it belongs to another key
     */
    public boolean claim(Handle handle, DeviceName name, Fingerprint identityKey, String address, Instant now) {
        store.hold(handle, held(name), held(identityKey));
        return handle.createUpdate("""
                                insert into claims (name, identity_key, address, claimed_at)
                                values (:name, :identityKey, :address, :now)
                                on conflict (name) do update set address = excluded.address
                                where claims.identity_key = excluded.identity_key
                                """)
                        .bind("name", name.value())
                        .bind("identityKey", identityKey.hex())
                        .bind("address", address)
                        .bind("now", now.toEpochMilli())
                        .execute()
                > 0;
    }

    /** What work holds ({@link Store#hold}) that relies on who claims the name, or on nobody doing so. */
    public static String held(DeviceName name) {
        return "name:" + name.value();
    }

    /** What work holds that relies on the key being an identity key or none. */
    public static String held(Fingerprint key) {
        return "key:" + key.hex();
    }

    /** Whether the key claims any name, as the transaction sees it. */
    public boolean isIdentityKey(Handle handle, Fingerprint key) {
        return handle.createQuery("select exists (select 1 from claims where identity_key = :key)")
                .bind("key", key.hex())
                .mapTo(Boolean.class)
                .one();
    }

    /** The claim of this name, as the transaction sees it. */
    public Optional<DeviceRecord> find(Handle handle, DeviceName name) {
        return handle.createQuery(COLUMNS + "where c.name = :name")
                .bind("name", name.value())
                .map(Claims::device)
                .findOne();
    }

    public Future<Optional<DeviceRecord>> find(DeviceName name) {
        return store.read(handle -> find(handle, name));
    }

    /**
     * Claims by name, ascending.
     *
     * @param query part of the name; empty: all
     */
    public Future<DevicePage> list(String query, int page, int size) {
        return store.read(handle -> {
            var pattern = Like.containing(query);
            var devices = handle.createQuery(COLUMNS + """
                                    where c.name like :pattern escape '!'
                                    order by c.name limit :size offset :skipped
                                    """)
                    .bind("pattern", pattern)
                    .bind("size", size)
                    .bind("skipped", (long) page * size)
                    .map(Claims::device)
                    .list();
            var total = handle.createQuery("select count(*) from claims where name like :pattern escape '!'")
                    .bind("pattern", pattern)
                    .mapTo(Long.class)
                    .one();
            return new DevicePage(devices, total, page, size);
        });
    }

    /** When the devices' newest certificates will be renewed by this policy. Of a big fleet it was counted up to half a minute ago. */
    public Future<RenewalsForecast> renewalsAhead(RenewalPolicy policy, Instant now) {
        return store.read(handle -> due.forecast(handle, policy, now));
    }

    /** The devices whose newest certificates end first, of those that have not ended. */
    public Future<SoonestDevices> soonest(int count, Instant now) {
        return store.read(handle -> {
            var soonest = new LinkedHashMap<DeviceName, Instant>();
            handle.createQuery("""
                            select name, newest_not_after from claims where newest_not_after >= :now
                            order by newest_not_after limit :count
                            """)
                    .bind("now", now.toEpochMilli())
                    .bind("count", count)
                    .map((row, context) -> Map.entry(
                            new DeviceName(row.getString("name")),
                            Instant.ofEpochMilli(row.getLong("newest_not_after"))))
                    .forEach(device -> soonest.put(device.getKey(), device.getValue()));
            return new SoonestDevices(soonest);
        });
    }

    /** Gives the name free. @return whether it was claimed */
    public Future<Boolean> release(DeviceName name) {
        return store.write(handle -> {
            store.hold(handle, held(name));
            return handle.createUpdate("delete from claims where name = :name")
                            .bind("name", name.value())
                            .execute()
                    > 0;
        });
    }

    private static DeviceRecord device(ResultSet row, StatementContext context) throws SQLException {
        var serial = row.getString("serial");
        return new DeviceRecord(
                new DeviceName(row.getString("name")),
                row.getString("identity_key"),
                row.getString("address"),
                Instant.ofEpochMilli(row.getLong("claimed_at")),
                serial == null ? null : SerialNumber.parse(serial),
                serial == null ? null : Instant.ofEpochMilli(row.getLong("not_after")));
    }
}
