package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.config.StoreConfig;
import io.lumia.config.StoreConfig.Retention;
import io.lumia.lifecycle.RenewalPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long the questions of operators, scrapes and CRLs take with a million certificates. */
class MillionIT {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123Z");

    /** On a machine that does other things as well: so many times the target. The figures that it prints are what counts. */
    private static final int LOADED = 5;

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close_vertx() {
        vertx.close().await();
    }

    /** The long form: {@code scripts/soak --million}. */
    @Test
    @Tag("soak")
    void a_million_stay_usable() {
        int total = Integer.getInteger("lumia.soak.certificates", 1_000_000);
        var shared = shared();
        open(shared).close().await();
        took("fill", () -> {
            var rows = new CertificateRows(NOW.toEpochMilli(), total);
            shared.ifPresentOrElse(rows::fillInBulk, () -> rows.fillInBulk(data.resolve("lumia.db")));
            return true;
        });
        var store = took("open", () -> open(shared));
        var pages = timed(pages(store, total));
        var scrape = timed(scrape(store));
        var hourly = timed(hourly(store));
        purge(store, total / 10);
        store.close().await();
        assertThat(pages)
                .allSatisfy((what, millis) -> assertThat(millis).as(what).isLessThan(100 * LOADED));
        assertThat(scrape.values().stream().mapToLong(Long::longValue).sum()).isLessThan(50 * LOADED);
        assertThat(hourly)
                .allSatisfy((what, millis) -> assertThat(millis).as(what).isLessThan(400 * LOADED));
    }

    /** An empty PostgreSQL database in the place of SQLite, when the command names one. */
    private static Optional<StoreConfig> shared() {
        var kept = new Retention(Duration.ofDays(40), Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1));
        return Optional.ofNullable(System.getProperty("lumia.soak.store"))
                .map(url -> new StoreConfig(
                        url, "lumia", null, System.getenv("LUMIA_STORE_PASSWORD"), 8, null, kept, Duration.ofHours(1)));
    }

    private Store open(Optional<StoreConfig> shared) {
        return shared.map(config -> Store.open(vertx, data, config))
                .orElseGet(() -> Store.open(vertx, data))
                .await();
    }

    /** What an operator waits for: within 100 ms on a machine with nothing else to do. */
    private static Map<String, ListCertificates> pages(int total) {
        var pages = new LinkedHashMap<String, ListCertificates>();
        pages.put("first page", wanted("", null, 0));
        pages.put("page in the middle", wanted("", null, total / 100));
        pages.put("last page", wanted("", null, total / 50 - 1));
        pages.put("search: identity", wanted(CertificateRows.device(4321), null, 0));
        pages.put(
                "search: beginning of an identity",
                wanted(CertificateRows.device(4321).substring(0, 10), null, 0));
        pages.put("search: part that many have", wanted("dev-", null, 0));
        pages.put("search: part that few have", wanted("777", null, 0));
        pages.put("search: nobody", wanted("nobody", null, 0));
        pages.put("search: serial", wanted(CertificateRows.serial(99), null, 0));
        pages.put("search: part, expired", wanted("777", CertificateStatus.EXPIRED, 0));
        for (var status : CertificateStatus.values()) {
            pages.put("status " + status, wanted("", status, 0));
            pages.put("status " + status + ", deep", wanted("", status, total / 1000));
            pages.put("status " + status + ", by expiry", within(status, null, null, CertificateOrder.EXPIRY));
        }
        for (var order : CertificateOrder.values()) {
            pages.put("expires within 10 h, by " + order, within(null, NOW, NOW.plus(Duration.ofHours(10)), order));
            pages.put("expires within a day, by " + order, within(null, NOW, NOW.plus(Duration.ofDays(1)), order));
        }
        return pages;
    }

    private static Map<String, Supplier<Future<?>>> pages(Store store, int total) {
        var questions = new LinkedHashMap<String, Supplier<Future<?>>>();
        pages(total)
                .forEach((what, wanted) ->
                        questions.put(what, () -> store.certificates().list(wanted, NOW)));
        return questions;
    }

    /** Together within 50 ms. */
    private static Map<String, Supplier<Future<?>>> scrape(Store store) {
        var questions = new LinkedHashMap<String, Supplier<Future<?>>>();
        questions.put("scrape: counts", () -> store.certificates().count(NOW));
        questions.put(
                "scrape: overdue devices", () -> store.certificates().overdue(new CountOverdue(0.333, null), NOW));
        questions.put("scrape: first to end", () -> store.claims().soonest(50, NOW));
        questions.put("scrape: size of the store", store::statistics);
        return questions;
    }

    private static Map<String, Supplier<Future<?>>> hourly(Store store) {
        var questions = new LinkedHashMap<String, Supplier<Future<?>>>();
        questions.put("CRL: all revocations", () -> store.revocations().all());
        questions.put("forecast of renewals", () -> store.certificates().renewable(NOW));
        questions.put(
                "renewals ahead, counted anew",
                () -> new Claims(store).renewalsAhead(new RenewalPolicy(0.333, null, 0.333), NOW));
        return questions;
    }

    /** The expired ones lie within sixty days, a third of them beyond forty. */
    private void purge(Store store, int expected) {
        var kept = new Retention(Duration.ofDays(40), Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1));
        long gone = took(
                        "purge of a tenth",
                        () -> new Housekeeping(vertx, store, kept).purge(NOW).await())
                .getOrDefault("certificates", 0L);
        assertThat(gone).isBetween(expected * 9L / 10, expected * 11L / 10);
    }

    private static <T> T took(String what, Supplier<T> work) {
        long began = System.nanoTime();
        var result = work.get();
        print(what, (System.nanoTime() - began) / 1_000_000);
        return result;
    }

    private static Map<String, Long> timed(Map<String, Supplier<Future<?>>> questions) {
        var times = new LinkedHashMap<String, Long>();
        questions.forEach((what, question) -> times.put(what, best(question)));
        times.forEach(MillionIT::print);
        return times;
    }

    private static void print(String what, long millis) {
        System.out.printf("million: %-44s %6d ms%n", what, millis);
    }

    /** Of ten: the first reads from the disk, and the machine does other things as well. */
    private static long best(Supplier<Future<?>> question) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long began = System.nanoTime();
            question.get().await();
            best = Math.min(best, (System.nanoTime() - began) / 1_000_000);
        }
        return best;
    }

    private static ListCertificates within(
            @Nullable CertificateStatus status, @Nullable Instant from, @Nullable Instant to, CertificateOrder order) {
        return new ListCertificates("", status, 0, 50, from, to, order);
    }

    private static ListCertificates wanted(String query, @Nullable CertificateStatus status, int page) {
        return new ListCertificates(query, status, page, 50);
    }
}
