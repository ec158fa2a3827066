package io.lumia.store;

import io.lumia.config.StoreConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** A database as a fleet of devices leaves it: each row of the table plausible, no key behind it. */
final class CertificateRows {
    private static final long HOUR = 3_600_000;
    private static final int BATCH = 10_000;
    private static final String PEM =
            "-----BEGIN CERTIFICATE-----\n" + "MIIB".repeat(230) + "\n-----END CERTIFICATE-----\n";

    private final Random random = new Random(7);
    private final long now;
    private final int total;

    /** @param now in milliseconds since 1970, at which three in ten have expired; one in ten is revoked */
    CertificateRows(long now, int total) {
        this.now = now;
        this.total = total;
    }

    /** Every device has had four certificates, the last of which is active. */
    void fill(Store store) {
        store.write(this::insertClaims).await();
        for (int first = 0; first < total; first += BATCH) {
            int begin = first;
            store.write(handle -> insert(handle, begin, Math.min(total, begin + BATCH)))
                    .await();
        }
        store.alone(handle -> handle.execute(store.isShared() ? "analyze" : "pragma optimize"))
                .await();
    }

    /**
     * The same into the file of a closed store, many times faster: indexes, counters and what claims know are made when all rows are there, by the
     * statements of the migration.
     */
    void fillInBulk(Path file) {
        try (var handle = Jdbi.open("jdbc:sqlite:" + file)) {
            for (String pragma : List.of("journal_mode = off", "synchronous = off", "cache_size = -500000")) {
                handle.execute("pragma " + pragma);
            }
            handle.useTransaction(this::insertInBulk);
            handle.execute("analyze");
        }
    }

    private void insertInBulk(Handle handle) {
        var later = handle.createQuery("""
                        select 'drop ' || type || ' ' || name as removal, sql from sqlite_master
                        where type in ('index', 'trigger') and tbl_name in ('certificates', 'claims') and sql is not null
                        """)
                .map((row, context) -> Map.entry(row.getString("removal"), row.getString("sql")))
                .list();
        later.forEach(object -> handle.execute(object.getKey()));
        insertClaims(handle);
        for (int first = 0; first < total; first += BATCH) {
            insert(handle, first, Math.min(total, first + BATCH));
        }
        later.forEach(object -> handle.createUpdate(object.getValue()).execute());
        handle.execute("""
                insert into certificate_counts (profile, slot, lifetime, live, revoked)
                select profile, not_after / 600000, (not_after - issued_at + 300000) / 600000,
                  count(*) - count(revoked_at), count(revoked_at) from certificates group by 1, 2, 3
                """);
        conclude(handle);
    }

    /** The same into a PostgreSQL that has the tables. */
    void fillInBulk(StoreConfig shared) {
        var url = "jdbc:" + shared.url() + "?reWriteBatchedInserts=true";
        try (var handle = Jdbi.open(url, shared.user(), String.valueOf(shared.password()))) {
            handle.useTransaction(filling -> {
                filling.execute("alter table certificates disable trigger user");
                insertClaims(filling);
                for (int first = 0; first < total; first += BATCH) {
                    insert(filling, first, Math.min(total, first + BATCH));
                }
                filling.execute("""
                        insert into certificate_counts (profile, slot, lifetime, shard, live, revoked)
                        select profile, not_after / 600000, (not_after - issued_at + 300000) / 600000, 1,
                          count(*) - count(revoked_at), count(revoked_at) from certificates group by 1, 2, 3
                        """);
                conclude(filling);
                filling.execute("alter table certificates enable trigger user");
            });
            handle.execute("vacuum (analyze)");
        }
    }

    private static void conclude(Handle handle) {
        handle.execute("""
                update claims set (newest_serial, newest_issued_at, newest_not_after) = (
                  select serial, issued_at, not_after from certificates where device = claims.name order by issued_at desc limit 1)
                """);
        handle.execute("""
                insert into revocations (serial, revoked_at, reason, not_after)
                select serial, revoked_at, revocation_reason, not_after from certificates where revoked_at is not null
                """);
    }

    private int insertClaims(Handle handle) {
        var claims = handle.prepareBatch(
                "insert into claims (name, identity_key, address, claimed_at) values (?, ?, '127.0.0.2', 0)");
        for (int i = 0; i < devices(); i++) {
            claims.bind(0, device(i)).bind(1, "%064x".formatted(i)).add();
            if (claims.size() == BATCH) {
                var unused = claims.execute();
            }
        }
        return claims.size() == 0 ? 0 : claims.execute().length;
    }

    private int devices() {
        return total / 4;
    }

    private int insert(Handle handle, int begin, int end) {
        var rows = handle.prepareBatch("""
                insert into certificates (serial, profile, identity, names, device, issued_at, not_before, not_after, requester, via,
                  certificate, revoked_at, revocation_reason, provisioner)
                values (?, 'device', ?, ?, ?, ?, ?, ?, 'acme account 4bdwQ3vd1cuVSdtDNZgWXw', 'acme', ?, ?, ?, 'acme')
                """);
        for (int i = begin; i < end; i++) {
            var device = device(i % devices());
            long notAfter = i < total * 3 / 10
                    ? now - 1 - random.nextLong(60 * 24 * HOUR)
                    : now + 9 * HOUR + random.nextLong(15 * HOUR);
            long issued = notAfter - 24 * HOUR - (long) (total - i);
            boolean revoked = i % 10 == 3;
            rows.bind(0, serial(i))
                    .bind(1, device)
                    .bind(2, device + ".devices.lumia.internal")
                    .bind(3, device)
                    .bind(4, issued)
                    .bind(5, issued)
                    .bind(6, notAfter)
                    .bind(7, PEM)
                    .bind(8, revoked ? issued + HOUR : null)
                    .bind(9, revoked ? "superseded" : null)
                    .add();
        }
        return rows.execute().length;
    }

    static String device(int number) {
        return "dev-%07d".formatted(number);
    }

    static String serial(int number) {
        return "5%015x%016x".formatted((number * 2_654_435_761L) & 0xfffffffffffL, number);
    }
}
