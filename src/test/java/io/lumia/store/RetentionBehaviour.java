package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.config.StoreConfig;
import io.lumia.config.StoreConfig.Retention;
import io.lumia.fakes.MovableClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store forgets, on whichever database. */
public abstract class RetentionBehaviour {
    protected static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    protected static final Retention KEPT =
            new Retention(Duration.ofDays(90), Duration.ofHours(24), Duration.ofDays(30), Duration.ofDays(365));

    protected final Vertx vertx = Vertx.vertx();
    protected Store store;

    /** Of an empty database. */
    protected abstract Future<Store> open();

    @BeforeEach
    void open_store() {
        FleetBus.install(vertx);
        store = open().await();
    }

    @AfterEach
    void close_store() {
        store.close().await();
        vertx.close().await();
    }

    @Test
    void a_certificate_is_kept_to_the_last_moment_and_gone_after_it() {
        certificate("a1", null, NOW.minus(Duration.ofDays(90)), null);
        certificate("a2", null, NOW.minus(Duration.ofDays(90)).minusMillis(1), null);
        assertThat(purge(NOW)).isEqualTo(Map.of("certificates", 1L));
        assertThat(serials()).containsExactly("a1");
        assertThat(purge(NOW.plusMillis(1))).isEqualTo(Map.of("certificates", 1L));
        assertThat(serials()).isEmpty();
    }

    @Test
    void a_revoked_one_outlives_the_next_crl_however_short_the_retention() {
        var hour = new Retention(Duration.ofHours(1), KEPT.orders(), KEPT.accounts(), KEPT.externalKeys());
        certificate("a1", null, NOW.minus(Duration.ofDays(7)), NOW.minus(Duration.ofDays(8)));
        certificate("a2", null, NOW.minus(Duration.ofDays(7)), null);
        new Housekeeping(vertx, store, hour).purge(NOW).await();
        assertThat(serials()).containsExactly("a1");
        new Housekeeping(vertx, store, hour).purge(NOW.plusMillis(1)).await();
        assertThat(serials()).isEmpty();
    }

    @Test
    void the_newest_certificate_of_a_claimed_device_stays_until_its_name_is_released() {
        sql("insert into claims (name, identity_key, address, claimed_at) values ('dev-0001', 'k', '127.0.0.2', 0)");
        certificate("a1", "dev-0001", NOW.minus(Duration.ofDays(200)), null);
        certificate("a2", "dev-0001", NOW.minus(Duration.ofDays(199)), null);
        certificate("a3", "dev-0002", NOW.minus(Duration.ofDays(199)), null);
        purge(NOW);
        assertThat(serials()).containsExactly("a2");
        sql("delete from claims");
        purge(NOW);
        assertThat(serials()).isEmpty();
    }

    @Test
    void an_order_goes_with_its_proofs_once_its_certificate_ended() {
        order("o1", NOW.minus(Duration.ofHours(24)));
        order("o2", NOW.minus(Duration.ofHours(24)).minusMillis(1));
        assertThat(purge(NOW)).isEqualTo(Map.of("orders", 1L, "authorizations", 1L, "challenges", 2L));
        assertThat(texts("select id from acme_orders")).containsExactly("o1");
        assertThat(texts("select order_id from acme_authorizations")).containsExactly("o1");
    }

    @Test
    void an_account_goes_when_it_is_deactivated_long_enough_and_has_no_orders_and_its_external_key_with_it() {
        var long_ago = NOW.minus(Duration.ofDays(30)).toEpochMilli() - 1;
        account("kept-active", null);
        account("kept-young", long_ago + 1);
        account("kept-orders", long_ago);
        account("gone", long_ago);
        sql(
                "insert into acme_orders (id, account, identifiers, created_at, expires_at, kept_until, finalizing) values ('o', 'kept-orders', 'a', 0, 0, "
                        + NOW.toEpochMilli() + ", 0)");
        sql(
                "insert into acme_external_keys (id, provisioner, label, created_at, account) values ('e1', 'acme', '', 0, 'gone'), ('e2', 'acme', '', 0,"
                        + " 'kept-active')");
        sql("insert into acme_external_keys (id, provisioner, label, created_at, hmac_key) values ('e3', 'acme', '', "
                + (NOW.minus(Duration.ofDays(365)).toEpochMilli() - 1) + ", 'x'), ('e4', 'acme', '', "
                + NOW.minus(Duration.ofDays(365)).toEpochMilli() + ", 'x')");
        sql("insert into step_tokens (id, expires_at) values ('t1', " + NOW.toEpochMilli() + "), ('t2', "
                + (NOW.toEpochMilli() - 1) + ")");
        assertThat(purge(NOW)).isEqualTo(Map.of("accounts", 1L, "external_keys", 2L, "step_tokens", 1L));
        assertThat(texts("select id from acme_accounts order by id"))
                .containsExactly("kept-active", "kept-orders", "kept-young");
        assertThat(texts("select id from acme_external_keys order by id")).containsExactly("e2", "e4");
        assertThat(texts("select id from step_tokens")).containsExactly("t1");
    }

    @Test
    void purges_at_the_start_and_again_and_tells_what_went() throws Exception {
        var clock = new MovableClock(NOW);
        var told = new java.util.concurrent.LinkedBlockingQueue<FleetBus.StorePurged>();
        FleetBus.STORE_PURGED.listen(vertx, told::add).await();
        certificate("a1", null, NOW.minus(Duration.ofDays(91)), null);
        certificate("a2", null, NOW, null);
        vertx.deployVerticle(new RetentionVerticle(
                        StoreConfig.embedded(KEPT, Duration.ofMillis(20)), store, clock, new Random(1)))
                .await();
        assertThat(told.poll(1, java.util.concurrent.TimeUnit.MINUTES))
                .isEqualTo(new FleetBus.StorePurged("certificates", 1));
        clock.advance(Duration.ofDays(91));
        assertThat(told.poll(1, java.util.concurrent.TimeUnit.MINUTES))
                .isEqualTo(new FleetBus.StorePurged("certificates", 1));
        var statistics = FleetBus.STORE_STATISTICS
                .ask(vertx, new FleetBus.ReadStoreStatistics())
                .await();
        assertThat(statistics.rows()).containsEntry("certificates", 0L);
        assertThat(statistics.bytes()).isPositive();
    }

    private Map<String, Long> purge(Instant at) {
        return new Housekeeping(vertx, store, KEPT).purge(at).await();
    }

    private void certificate(String serial, @Nullable String device, Instant notAfter, @Nullable Instant revokedAt) {
        long issued = notAfter.minus(Duration.ofDays(1)).toEpochMilli();
        sql(
                "insert into certificates (serial, profile, identity, names, device, issued_at, not_before, not_after, requester, via, certificate,"
                        + " revoked_at, revocation_reason) values ('" + serial + "', 'device', 'x', '', " + text(device)
                        + ", " + issued
                        + ", " + issued + ", " + notAfter.toEpochMilli() + ", 'test', 'sign', 'PEM', "
                        + (revokedAt == null ? "null, null" : revokedAt.toEpochMilli() + ", 'superseded'") + ")");
    }

    private void order(String id, Instant keptUntil) {
        sql(
                "insert into acme_orders (id, account, identifiers, created_at, expires_at, kept_until, finalizing) values ('"
                        + id + "', 'acc', 'a.example', 0, 0, " + keptUntil.toEpochMilli() + ", 0)");
        sql("insert into acme_authorizations (id, order_id, account, identifier, status, expires_at) values ('z" + id
                + "', '" + id + "', 'acc', 'a.example', 'VALID', 0)");
        sql("insert into acme_challenges (id, authorization_id, type, token, status) values ('c" + id + "', 'z" + id
                + "', 'http-01', 't', 'valid'), ('d" + id + "', 'z" + id + "', 'dns-01', 't', 'pending')");
    }

    private void account(String id, @Nullable Long deactivated) {
        sql(
                "insert into acme_accounts (id, provisioner, thumbprint, jwk, contacts, status, created_at, deactivated_at) values ('"
                        + id
                        + "', 'acme', '" + id + "', '{}', '', "
                        + (deactivated == null ? "'VALID', 0, null" : "'DEACTIVATED', 0, " + deactivated)
                        + ")");
    }

    private static String text(@Nullable String value) {
        return value == null ? "null" : "'" + value + "'";
    }

    protected void sql(String statement) {
        store.write(handle -> handle.execute(statement)).await();
    }

    private List<String> serials() {
        return texts("select serial from certificates order by serial");
    }

    private List<String> texts(String query) {
        return store.read(
                        handle -> handle.createQuery(query).mapTo(String.class).list())
                .await();
    }
}
