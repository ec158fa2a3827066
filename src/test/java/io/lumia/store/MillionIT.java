package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.ListCertificates;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long the questions of operators, scrapes and CRLs take with a million certificates. */
class MillionIT {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123Z");

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
        var times = timed(filled(total), total);
        times.forEach((what, millis) -> System.out.printf("million: %-44s %6d ms%n", what, millis));
        assertThat(times)
                .allSatisfy((what, millis) -> assertThat(millis).as(what).isLessThan(400));
    }

    private Map<String, Long> timed(Store store, int total) {
        var certificates = store.certificates();
        var questions = new LinkedHashMap<String, Supplier<Future<?>>>();
        questions.put("first page", () -> certificates.list(wanted("", null, 0), NOW));
        questions.put("page in the middle", () -> certificates.list(wanted("", null, total / 100), NOW));
        questions.put("last page", () -> certificates.list(wanted("", null, total / 50 - 1), NOW));
        questions.put(
                "soonest expiry, active",
                () -> certificates.list(
                        new ListCertificates("", CertificateStatus.ACTIVE, 0, 50, null, null, CertificateOrder.EXPIRY),
                        NOW));
        questions.put(
                "expires within an hour",
                () -> certificates.list(
                        new ListCertificates(
                                "", null, 0, 50, NOW, NOW.plus(Duration.ofHours(10)), CertificateOrder.EXPIRY),
                        NOW));
        questions.put(
                "search: one identity", () -> certificates.list(wanted(CertificateRows.device(4321), null, 0), NOW));
        questions.put("search: part that many have", () -> certificates.list(wanted("dev-", null, 0), NOW));
        questions.put("search: part that few have", () -> certificates.list(wanted("777", null, 0), NOW));
        questions.put("search: nobody", () -> certificates.list(wanted("nobody", null, 0), NOW));
        questions.put("search: serial", () -> certificates.list(wanted(CertificateRows.serial(99), null, 0), NOW));
        questions.put("status revoked", () -> certificates.list(wanted("", CertificateStatus.REVOKED, 0), NOW));
        questions.put("status expired", () -> certificates.list(wanted("", CertificateStatus.EXPIRED, 0), NOW));
        questions.put(
                "search among the active", () -> certificates.list(wanted("dev-00", CertificateStatus.ACTIVE, 0), NOW));
        questions.put("counts of a scrape", () -> certificates.count(NOW));
        questions.put("overdue devices", () -> certificates.overdue(new CountOverdue(0.333, null), NOW));
        questions.put("size of the store", store::statistics);
        questions.put(
                "CRL input: the revoked ones",
                () -> store.read(handle -> handle.createQuery(
                                "select serial, not_after from certificates where revoked_at is not null order by issued_at desc, serial desc")
                        .mapToMap()
                        .list()
                        .size()));
        var times = new LinkedHashMap<String, Long>();
        questions.forEach((what, question) -> times.put(what, best(question)));
        return times;
    }

    /** Of three: the first reads from the disk, and the machine does other things as well. */
    private static long best(Supplier<Future<?>> question) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long began = System.nanoTime();
            question.get().await();
            best = Math.min(best, (System.nanoTime() - began) / 1_000_000);
        }
        return best;
    }

    private Store filled(int total) {
        var store = Store.open(vertx, data).await();
        new CertificateRows(NOW.toEpochMilli(), total).fill(store);
        return store;
    }

    private static ListCertificates wanted(String query, @Nullable CertificateStatus status, int page) {
        return new ListCertificates(query, status, page, 50);
    }
}
