package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.fakes.Await;
import io.lumia.fakes.PostgresServer;
import io.lumia.store.Claims;
import io.lumia.store.Store;
import io.lumia.store.StoreUnreachable;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes on one database, and a server that dies under them. */
class PostgresNodesIT {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final int DEVICES = 200;

    private static PostgresServer server;

    private final Vertx vertx = Vertx.vertx();
    private Store one;
    private Store other;

    @BeforeAll
    static void start_server() throws Exception {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop_server() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /** Both at once: only one of them may make the tables. */
    @BeforeEach
    void open_two() throws SQLException {
        var url = server.database();
        var opening = List.of(open(url), open(url));
        one = opening.get(0).await();
        other = opening.get(1).await();
    }

    private Future<Store> open(String url) {
        return Store.open(vertx, Path.of("unused"), server.config(url));
    }

    @AfterEach
    void close_both() {
        Future.join(one.close(), other.close()).await();
        vertx.close().await();
    }

    @Test
    void of_two_keys_that_claim_one_name_at_two_nodes_one_gets_it() {
        assertThat(one.isShared()).isTrue();
        var first = claims(one, 1);
        var second = claims(other, 2);
        for (int i = 0; i < DEVICES; i++) {
            boolean byFirst = first.get(i).await();
            assertThat(second.get(i).await()).isNotEqualTo(byFirst);
            assertThat(one.claims().find(device(i)).await().orElseThrow().identityKey())
                    .isEqualTo(key(byFirst ? 1 : 2).hex());
        }
    }

    private static List<Future<Boolean>> claims(Store node, int key) {
        return IntStream.range(0, DEVICES)
                .mapToObj(i -> node.write(handle -> node.claims().claim(handle, device(i), key(key), "127.0.0.2", NOW)))
                .toList();
    }

    @Test
    void what_is_spent_at_two_nodes_at_once_is_spent_once() {
        Function<Handle, Integer> spending = handle -> handle.createUpdate(
                        "insert into step_tokens (id, expires_at) values ('token', 5) on conflict (id) do nothing")
                .execute();
        var spent = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 20; i++) {
            spent.add(one.writeUnsynced(spending));
            spent.add(other.writeUnsynced(spending));
        }
        assertThat(spent.stream().mapToInt(Await::result).sum()).isEqualTo(1);
    }

    @Test
    void an_order_that_two_nodes_finalize_at_once_is_finalized_once() {
        var ids = IntStream.range(0, DEVICES).mapToObj(i -> "order-" + i).toList();
        one.write(handle -> {
                    ids.forEach(id -> handle.createUpdate(
                                    "insert into acme_orders (id, account, identifiers, created_at, expires_at,"
                                            + " kept_until, finalizing) values (:id, 'a', 'x', 0, 5, 5, 0)")
                            .bind("id", id)
                            .execute());
                    return true;
                })
                .await();
        var begun = new ArrayList<Future<Integer>>();
        for (String id : ids) {
            for (Store node : List.of(one, other)) {
                begun.add(node.writeUnsynced(handle -> handle.createUpdate("update acme_orders set finalizing = 1"
                                + " where id = :id and finalizing = 0 and certificate is null and error is null")
                        .bind("id", id)
                        .execute()));
            }
        }
        assertThat(begun.stream().mapToInt(Await::result).sum()).isEqualTo(DEVICES);
    }

    /** Looks, then writes: without holding the name, some of them would see it free. */
    @Test
    void work_that_holds_what_it_looks_at_goes_one_after_the_other() {
        var added = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < DEVICES; i++) {
            var name = device(i);
            for (Store node : List.of(one, other)) {
                added.add(node.write(handle -> {
                    node.hold(handle, Claims.held(name));
                    if (handle.createQuery("select count(*) from settings where value = :name")
                                    .bind("name", name.value())
                                    .mapTo(Integer.class)
                                    .one()
                            > 0) {
                        return false;
                    }
                    handle.createUpdate("insert into settings (name, value) values (:id, :name)")
                            .bind("id", name.value() + System.identityHashCode(node))
                            .bind("name", name.value())
                            .execute();
                    return true;
                }));
            }
        }
        assertThat(added.stream().filter(Await::result).count()).isEqualTo(DEVICES);
    }

    @Test
    void works_that_hold_the_same_things_in_opposite_orders_all_succeed() {
        var done = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < 40; i++) {
            done.add(one.write(handle -> holding(one, handle, "a", "b")));
            done.add(other.write(handle -> holding(other, handle, "b", "a")));
        }
        assertThat(done.stream().allMatch(Await::result)).isTrue();
        assertThat(one.read(handle -> handle.createQuery("select count(*) from settings")
                                .mapTo(Integer.class)
                                .one())
                        .await())
                .isEqualTo(80);
    }

    private static boolean holding(Store node, Handle handle, String first, String then) {
        node.hold(handle, first);
        handle.execute("insert into settings (name, value) values (gen_random_uuid()::text, '')");
        node.hold(handle, then);
        return true;
    }

    @Test
    void counters_are_exact_after_two_nodes_wrote_revoked_and_purged_at_once() {
        var writing = new ArrayList<Future<?>>();
        for (int i = 0; i < 2 * DEVICES; i++) {
            writing.add(issue(i % 2 == 0 ? one : other, i));
        }
        writing.forEach(Await::result);
        var revoking = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < DEVICES; i++) {
            for (Store node : List.of(one, other)) {
                var serial = serial(i);
                revoking.add(node.write(
                        handle -> node.certificates().revoke(handle, serial, RevocationReason.SUPERSEDED, NOW)));
            }
        }
        assertThat(revoking.stream().filter(Await::result).count()).isEqualTo(DEVICES);
        var counts = other.certificates().count(NOW).await().byStatusAndProfile();
        assertThat(counts.get(CertificateStatus.REVOKED)).isEqualTo(Map.of(Profile.SERVER, (long) DEVICES));
        assertThat(counts.get(CertificateStatus.ACTIVE)).isEqualTo(Map.of(Profile.SERVER, (long) DEVICES));
        assertThat(one.statistics().await().rows()).containsEntry("certificates", 2L * DEVICES);
    }

    @Test
    void nothing_that_was_answered_is_lost_when_the_server_dies_and_comes_back() throws Exception {
        var answered = new HashSet<Integer>();
        var unknown = new HashSet<Integer>();
        var refused = new HashMap<Integer, Throwable>();
        var all = new ArrayList<Future<?>>();
        for (int i = 0; i < 3_000; i++) {
            int number = i;
            if (i == 1_000) {
                all.get(300).await();
                server.kill();
                server.begin();
            }
            all.add(issue(i % 2 == 0 ? one : other, i)
                    .onSuccess(kept -> note(answered, number))
                    .otherwise(failed -> {
                        if (failed instanceof StoreUnreachable gone && !gone.outcomeIsKnown()) {
                            note(unknown, number);
                        } else {
                            refused.put(number, failed);
                        }
                        return null;
                    }));
        }
        Future.join(all).await();
        // a machine under load may have taken longer to start it than the store waits
        assertThat(issue(one, 3_000).recover(again -> issue(one, 3_000)).await())
                .isTrue();
        answered.add(3_000);
        Set<String> kept = Set.copyOf(one.read(handle -> handle.createQuery("select serial from certificates")
                        .mapTo(String.class)
                        .list())
                .await());
        answered.forEach(number -> assertThat(kept).contains(serial(number).toString()));
        refused.forEach((number, why) ->
                assertThat(kept).as("%s", why).doesNotContain(serial(number).toString()));
        assertThat(kept.size()).isBetween(answered.size(), answered.size() + unknown.size());
        assertThat(answered).hasSizeGreaterThan(300);
        assertThat(one.statistics().await().rows()).containsEntry("certificates", (long) kept.size());
    }

    private static void note(Set<Integer> numbers, int number) {
        synchronized (numbers) {
            numbers.add(number);
        }
    }

    private static Future<Boolean> issue(Store node, int number) {
        var certificate = new CertificateRecord(
                serial(number),
                Profile.SERVER,
                "site",
                List.of("site"),
                null,
                NOW,
                new Validity(NOW, NOW.plus(Duration.ofDays(1))),
                CertificateStatus.ACTIVE,
                "test",
                "acme",
                "PEM",
                null,
                null,
                null,
                null);
        return node.write(handle -> {
            node.certificates().insert(handle, certificate);
            return true;
        });
    }

    private static SerialNumber serial(int number) {
        return SerialNumber.parse("5%031x".formatted(number));
    }

    private static DeviceName device(int number) {
        return new DeviceName("dev-%04d".formatted(number));
    }

    private static Fingerprint key(int number) {
        return new Fingerprint("%064x".formatted(number));
    }
}
