package io.lumia.store;

import static io.lumia.bus.FleetBus.CertificateStatus.ACTIVE;
import static io.lumia.bus.FleetBus.CertificateStatus.EXPIRED;
import static io.lumia.bus.FleetBus.CertificateStatus.REVOKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RenewalsAhead;
import io.lumia.x509.Profile;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
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
    void expected_renewals_are_those_that_one_gets_by_looking_at_each() {
        var store = filled(4_000);
        var policy = new RenewalPolicy(1 / 3.0, null, 1 / 3.0);
        var ahead = new RenewalsAhead(NOW, List.of(NOW.plus(Duration.ofHours(8)), NOW.plus(Duration.ofHours(30))));
        store.read(handle -> handle.createQuery(
                                "select newest_issued_at as issued, newest_not_after as ending from claims"
                                        + " where newest_not_after >= " + NOW.toEpochMilli())
                        .map((row, context) -> policy.window(
                                Instant.ofEpochMilli(row.getLong("issued")),
                                Instant.ofEpochMilli(row.getLong("ending"))))
                        .list())
                .await()
                .forEach(window -> ahead.add(window, 1));

        var forecast = store.claims().renewalsAhead(policy, NOW).await();

        assertThat(forecast.within().get(Duration.ofHours(8))).isCloseTo(ahead.until(0), withinPercentage(1));
        assertThat(forecast.within().get(Duration.ofDays(30))).isEqualTo(ahead.until(1), within(1e-6));
        assertThat(sum(forecast.hours().subList(0, 8)))
                .isEqualTo(forecast.within().get(Duration.ofHours(8)), within(1e-6));
        assertThat(forecast.hours()).hasSize(48).allMatch(expected -> expected >= 0);
        assertThat(forecast.days()).hasSize(28);
        assertThat(sum(forecast.hours()) + sum(forecast.days())).isEqualTo(ahead.until(1), within(1e-6));
    }

    @Test
    void names_the_devices_that_end_first_and_have_not_ended() {
        var store = filled(400);
        var soonest = store.claims().soonest(5, NOW).await().notAfter();
        assertThat(soonest).hasSize(5);
        assertThat(List.copyOf(soonest.values())).isSorted().allMatch(notAfter -> !notAfter.isBefore(NOW));
        assertThat(soonest.values().iterator().next().toEpochMilli())
                .isEqualTo(number(
                        store,
                        "select min(newest_not_after) from claims where newest_not_after >= " + NOW.toEpochMilli()));
    }

    private static double sum(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    @Test
    void searches_read_one_index_and_no_table() {
        var store = filled(SHORT);
        var hour = NOW.plus(Duration.ofHours(1));
        for (var order : CertificateOrder.values()) {
            for (var status : new CertificateStatus[] {null, ACTIVE, EXPIRED, REVOKED}) {
                for (String query : List.of("", "v-", "77")) {
                    for (Instant before : new Instant[] {null, hour}) {
                        var wanted = new ListCertificates(query, status, 0, 50, null, before, order);
                        statements(store, wanted)
                                .forEach(sql -> assertThat(plan(store, sql))
                                        .as("%s: %s", wanted, sql)
                                        .satisfiesAnyOf(
                                                plan -> assertThat(plan).contains("COVERING INDEX"),
                                                plan -> assertThat(plan).contains("INDEX certificates_revoked")));
                    }
                }
            }
        }
    }

    @Test
    void a_first_page_is_not_sorted() {
        var store = filled(SHORT);
        for (var order : CertificateOrder.values()) {
            for (var status : new CertificateStatus[] {null, ACTIVE, REVOKED}) {
                if (order == CertificateOrder.ISSUED && status == ACTIVE) {
                    continue; // so few are found by expiry and sorted
                }
                statements(store, new ListCertificates("", status, 0, 50, null, null, order))
                        .forEach(sql -> assertThat(plan(store, sql)).as(sql).doesNotContain("TEMP B-TREE"));
            }
        }
    }

    @Test
    void statistics_and_purges_use_indexes() {
        var store = filled(SHORT);
        ran(store, handle -> {
                    var statistics = new CertificateStatistics(handle, NOW);
                    statistics.counts();
                    new DevicesDue().forecast(handle, new RenewalPolicy(0.333, null, 0.333), NOW);
                    return statistics.overdue(new CountOverdue(0.333, null));
                })
                .forEach(sql -> assertThat(plan(store, sql))
                        .as(sql)
                        .doesNotContain("SCAN certificates\n")
                        .doesNotContain("SCAN k\n")
                        .doesNotContain("SCAN claims\n"));
        assertThat(plan(store, Purge.ORDERS.statement()))
                .contains("acme_orders_by_keeping")
                .doesNotContain("SCAN");
        assertThat(plan(store, Purge.STEP_TOKENS.statement())).doesNotContain("SCAN");
    }

    @Test
    void totals_are_those_that_one_gets_by_looking_at_each() {
        var store = filled(SHORT);
        var from = NOW.minus(Duration.ofDays(3)).plusMillis(7);
        var to = NOW.plus(Duration.ofHours(13)).plusMillis(7);
        for (var status : CertificateStatus.values()) {
            assertThat(store.certificates()
                            .list(new ListCertificates("", status, 0, 1, from, to, null), NOW)
                            .await()
                            .total())
                    .isEqualTo(looked(
                            store,
                            condition(status) + " and not_after >= " + from.toEpochMilli() + " and not_after < "
                                    + to.toEpochMilli()));
        }
    }

    @Test
    void a_text_is_found_among_the_first_ones_and_further_on_where_something_begins_with_it() {
        int many = CertificateSearch.MOST_SEARCHED + 2_000;
        var store = bulk(many);
        // the four certificates of a device: one is among the oldest 2000
        var identity = store.certificates()
                .list(wanted(CertificateRows.device(100), null, 0), NOW)
                .await();
        assertThat(identity.complete()).isFalse();
        assertThat(identity.total()).isEqualTo(4);
        assertThat(identity.certificates())
                .hasSize(4)
                .isSortedAccordingTo((a, b) -> b.issuedAt().compareTo(a.issuedAt()));
        var oldest = store.read(
                        handle -> handle.createQuery("select serial from certificates order by issued_at limit 1")
                                .mapTo(String.class)
                                .one())
                .await();
        assertThat(store.certificates()
                        .list(wanted(oldest, null, 0), NOW)
                        .await()
                        .certificates())
                .hasSize(1);
        assertThat(store.certificates()
                        .list(wanted(oldest.substring(1), null, 0), NOW)
                        .await()
                        .certificates())
                .as("in the middle, and too far away")
                .isEmpty();
        var all = store.certificates().list(wanted("dev-", null, 0), NOW).await();
        assertThat(all.total()).isBetween((long) CertificateSearch.MOST_SEARCHED, (long) many);
        var without =
                store.certificates().list(wanted("", null, many / 50 - 1), NOW).await();
        assertThat(without.complete()).isTrue();
        assertThat(without.certificates().get(49).serial().toString()).isEqualTo(oldest);
    }

    @Test
    void pages_go_on_beyond_those_that_were_searched() {
        var store = bulk(CertificateSearch.MOST_SEARCHED + 2_000);
        var seen = new ArrayList<String>();
        long total;
        int page = 0;
        do {
            var found = store.certificates()
                    .list(
                            new ListCertificates("dev-0000", null, page++, 1000, null, null, CertificateOrder.EXPIRY),
                            NOW)
                    .await();
            found.certificates()
                    .forEach(certificate -> seen.add(certificate.serial().toString()));
            total = found.total();
        } while (page * 1000 < total);
        assertThat(seen).hasSize((int) total).doesNotHaveDuplicates();
    }

    private Store filled(int total) {
        var store = Store.open(vertx, data).await();
        new CertificateRows(NOW.toEpochMilli(), total).fill(store);
        return store;
    }

    private Store bulk(int total) {
        Store.open(vertx, data).await().close().await();
        new CertificateRows(NOW.toEpochMilli(), total).fillInBulk(data.resolve("lumia.db"));
        return Store.open(vertx, data).await();
    }

    /** What a search says to the database, its values left out. */
    private static List<String> statements(Store store, ListCertificates wanted) {
        return ran(store, handle -> new CertificateSearch(handle, wanted, NOW).run());
    }

    private static List<String> ran(Store store, Function<Handle, ?> work) {
        var statements = new ArrayList<String>();
        store.read(handle -> {
                    handle.setSqlLogger(new SqlLogger() {
                        @Override
                        public void logBeforeExecution(StatementContext context) {
                            statements.add(context.getRenderedSql());
                        }
                    });
                    var done = work.apply(handle);
                    handle.setSqlLogger(SqlLogger.NOP_SQL_LOGGER);
                    return done != null;
                })
                .await();
        assertThat(statements).isNotEmpty();
        return statements.stream().filter(sql -> sql.contains("certificates")).toList();
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
