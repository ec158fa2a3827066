package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.x509.Profile;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The questions that operators, scrapes and CRLs ask of a big store: right, and answered from indexes. How fast, {@link MillionIT} measures. */
class BigStoreTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123Z");
    private static final int SHORT = 20_000;

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close_vertx() {
        vertx.close().await();
    }

    @Test
    void counts_are_those_that_one_gets_by_looking_at_each() {
        var store = filled(SHORT);
        var counts = store.certificates().count(NOW).await();
        for (CertificateStatus status : CertificateStatus.values()) {
            assertThat(counts.byStatusAndProfile().get(status).get(Profile.DEVICE))
                    .isEqualTo(looked(store, condition(status)));
        }
        counts.expiringWithin()
                .forEach((within, number) -> assertThat(number)
                        .as("%s", within)
                        .isEqualTo(looked(
                                store,
                                condition(CertificateStatus.ACTIVE) + " and not_after <= "
                                        + NOW.plus(within).toEpochMilli())));
        assertThat(counts.earliestExpiry().get(Profile.DEVICE).toEpochMilli())
                .isEqualTo(number(
                        store, "select min(not_after) from certificates where " + condition(CertificateStatus.ACTIVE)));
    }

    @Test
    void counts_follow_what_is_revoked_and_deleted() {
        var store = filled(400);
        store.write(handle -> handle.execute("update certificates set revoked_at = 5, revocation_reason = 'superseded'"
                        + " where revoked_at is null and rowid % 3 = 0"))
                .await();
        store.write(handle -> handle.execute("delete from certificates where rowid % 5 = 0"))
                .await();
        for (CertificateStatus status : CertificateStatus.values()) {
            assertThat(store.certificates()
                            .list(wanted("", status, 0), NOW)
                            .await()
                            .total())
                    .isEqualTo(looked(store, condition(status)));
        }
    }

    @Test
    void pages_hold_every_certificate_once_whatever_is_asked() {
        var store = filled(2_000);
        for (var search : List.of(
                wanted("", null, 0),
                wanted("dev-00001", null, 0),
                wanted("", CertificateStatus.EXPIRED, 0),
                new ListCertificates("", null, 0, 50, NOW, NOW.plus(Duration.ofHours(12)), CertificateOrder.EXPIRY))) {
            var seen = new ArrayList<String>();
            long total;
            int page = 0;
            do {
                var found = store.certificates()
                        .list(
                                new ListCertificates(
                                        search.query(),
                                        search.status(),
                                        page++,
                                        50,
                                        search.expiresAfter(),
                                        search.expiresBefore(),
                                        search.sort()),
                                NOW)
                        .await();
                found.certificates()
                        .forEach(certificate -> seen.add(certificate.serial().toString()));
                total = found.total();
            } while (seen.size() < total);
            assertThat(seen).hasSize((int) total).doesNotHaveDuplicates().isNotEmpty();
        }
    }

    @Test
    void no_question_reads_the_whole_table() {
        var store = filled(SHORT);
        for (String plan : List.of(
                plan(store, "select serial from certificates order by issued_at desc, serial desc limit 50"),
                plan(
                        store,
                        "select serial from certificates where instr(identity, 'x') > 0 or instr(serial, 'x') > 0"
                                + " order by issued_at desc, serial desc limit 50"),
                plan(
                        store,
                        "select count(*) from certificates where (instr(identity, 'x') > 0 or instr(serial, 'x') > 0)"
                                + " and revoked_at is null and not_after >= 5"),
                plan(store, "select serial from certificates where not_after < 5 order by not_after, serial limit 50"),
                plan(
                        store,
                        "select profile, count(*) from certificates where not_after >= 5 and not_after < 6 and revoked_at is null"
                                + " group by profile"))) {
            assertThat(plan).contains("COVERING INDEX").doesNotContain("SCAN certificates\n");
        }
        assertThat(
                        plan(
                                store,
                                "select serial from certificates where revoked_at is not null order by issued_at desc, serial desc"))
                .as("proportional to the revoked ones")
                .contains("certificates_revoked")
                .doesNotContain("TEMP B-TREE");
        assertThat(plan(store, Purge.ORDERS.statement()))
                .contains("acme_orders_by_keeping")
                .doesNotContain("SCAN");
        assertThat(plan(store, Purge.STEP_TOKENS.statement())).doesNotContain("SCAN");
    }

    private Store filled(int total) {
        var store = Store.open(vertx, data).await();
        new CertificateRows(NOW.toEpochMilli(), total).fill(store);
        return store;
    }

    private static ListCertificates wanted(String query, @Nullable CertificateStatus status, int page) {
        return new ListCertificates(query, status, page, 50);
    }

    private static String condition(CertificateStatus status) {
        return switch (status) {
            case REVOKED -> "revoked_at is not null";
            case EXPIRED -> "revoked_at is null and not_after < " + NOW.toEpochMilli();
            case ACTIVE -> "revoked_at is null and not_after >= " + NOW.toEpochMilli();
        };
    }

    private static long looked(Store store, String condition) {
        return number(store, "select count(*) from certificates where " + condition);
    }

    private static long number(Store store, String query) {
        return store.read(handle -> handle.createQuery(query).mapTo(Long.class).one())
                .await();
    }

    private static String plan(Store store, String query) {
        return store.read(handle -> {
                    var plan = new StringBuilder();
                    try (var statement = handle.getConnection()
                                    .prepareStatement(
                                            "explain query plan " + query.replaceAll("(?<!:):[a-z]\\w*", "5"));
                            var rows = statement.executeQuery()) {
                        while (rows.next()) {
                            plan.append(rows.getString("detail")).append('\n');
                        }
                    } catch (java.sql.SQLException broken) {
                        throw new IllegalStateException(broken);
                    }
                    return plan.toString();
                })
                .await();
    }
}
