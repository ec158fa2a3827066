package io.lumia.interop;

import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.fakes.PostgresServer;
import io.lumia.store.Claims;
import io.lumia.store.Store;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many certificates a second the store takes in, with the checks of a device's renewal, and how many transactions were run again. */
class PostgresRateIT {
    private static final int DEVICES = 5_000;
    private static final int AT_ONCE = 128;
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("lumia.soak.seconds", 8));
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final Random random = new Random(5);

    @AfterEach
    void close_vertx() {
        vertx.close().await();
    }

    /** {@code scripts/soak --store}. */
    @Test
    @Tag("soak")
    void certificates_a_second_by_database_and_isolation() throws Exception {
        var embedded = Store.open(vertx, data).await();
        measure("SQLite", List.of(embedded), () -> 0L);
        embedded.close().await();
        try (var server = PostgresServer.start()) {
            for (String isolation : List.of("read committed", "repeatable read", "serializable")) {
                server.asAdministrator("alter role lumia set default_transaction_isolation = '" + isolation + "'");
                for (int nodes = 1; nodes <= 2; nodes++) {
                    shared(server, isolation, nodes);
                }
            }
        }
    }

    private void shared(PostgresServer server, String isolation, int nodes) throws Exception {
        var config = server.config(server.database());
        var stores = new java.util.ArrayList<Store>();
        for (int i = 0; i < nodes; i++) {
            stores.add(Store.open(vertx, data, config).await());
        }
        measure(
                "PostgreSQL, " + isolation + ", nodes: " + nodes,
                stores,
                () -> stores.get(0)
                        .read(handle -> handle.createQuery(
                                        "select xact_rollback from pg_stat_database where datname = current_database()")
                                .mapTo(Long.class)
                                .one())
                        .await());
        stores.forEach(store -> store.close().await());
    }

    private interface RolledBack {
        long count();
    }

    private void measure(String what, List<Store> stores, RolledBack rolledBack) {
        var claiming = stores.get(0);
        claiming.write(handle -> {
                    for (int i = 0; i < DEVICES; i++) {
                        handle.execute(
                                "insert into claims (name, identity_key, address, claimed_at) values (?, ?, 'a', 0)",
                                device(i).value(),
                                key(i).hex());
                    }
                    return true;
                })
                .await();
        long before = rolledBack.count();
        var done = new AtomicInteger();
        var failed = new AtomicInteger();
        long begun = System.nanoTime();
        var workers = new java.util.ArrayList<Future<?>>();
        for (int i = 0; i < AT_ONCE; i++) {
            workers.add(again(stores.get(i % stores.size()), begun + TIME.toNanos(), done, failed));
        }
        Future.join(workers).await();
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.println(String.format(
                Locale.ROOT,
                "%-44s %6.0f/s, %d transactions rolled back, %d failed",
                what,
                done.get() / seconds,
                rolledBack.count() - before,
                failed.get()));
    }

    private Future<?> again(Store store, long end, AtomicInteger done, AtomicInteger failed) {
        if (System.nanoTime() > end) {
            return Future.succeededFuture();
        }
        return issue(store)
                .onSuccess(kept -> done.incrementAndGet())
                .otherwise(lost -> {
                    failed.incrementAndGet();
                    return false;
                })
                .compose(next -> again(store, end, done, failed));
    }

    private Future<Boolean> issue(Store store) {
        int number = random.nextInt(DEVICES);
        var key = key(random.nextInt(1_000_000_000));
        var certificate = new CertificateRecord(
                SerialNumber.random(random),
                Profile.DEVICE,
                device(number).value(),
                List.of(device(number).value()),
                device(number),
                NOW,
                new Validity(NOW, NOW.plus(Duration.ofDays(1))),
                CertificateStatus.ACTIVE,
                "test",
                "acme",
                "PEM ".repeat(250),
                null,
                null,
                null,
                null);
        return store.write(handle -> {
            store.hold(handle, Claims.held(device(number)), Claims.held(key));
            boolean may = store.claims().find(handle, device(number)).isPresent()
                    && !store.claims().isIdentityKey(handle, key);
            if (may) {
                store.certificates().insert(handle, certificate);
            }
            return may;
        });
    }

    private static DeviceName device(int number) {
        return new DeviceName("dev-%04d".formatted(number));
    }

    private static Fingerprint key(int number) {
        return new Fingerprint("%064x".formatted(number * 2_654_435_761L));
    }
}
