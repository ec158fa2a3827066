package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateIssued;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RenewalPolicy.Window;
import io.lumia.store.Store;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalPlanTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final RenewalPolicy THIRDS = new RenewalPolicy(1 / 3.0, null, 1 / 3.0);

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Random random = new Random(3);
    private Store store;
    private RenewalPlan plan;
    private volatile @Nullable Instant draining;

    @BeforeEach
    void open() {
        FleetBus.install(vertx);
        store = Await.result(Store.open(vertx, data));
        plan = new RenewalPlan(
                vertx, store, THIRDS, certificate -> Optional.ofNullable(draining), new MovableClock(NOW));
    }

    @AfterEach
    void close() {
        plan.close();
        var closed = Await.result(store.close());
        assertThat(closed).isNull();
        var ended = Await.result(vertx.close());
        assertThat(ended).isNull();
    }

    @Test
    void keeps_clear_of_the_renewals_that_the_certificates_in_the_store_will_bring() {
        var earlier = NOW.minus(Duration.ofHours(4));
        for (int i = 0; i < 50; i++) {
            keep(certificate("dev-" + i, earlier, null));
        }
        start();
        var read = Await.on(loop, plan::refresh);
        assertThat(read).isNull();
        // theirs come from four to twelve hours from now, ours are possible from eight to sixteen
        assertThat(advised(certificate("x", NOW, null)).begin()).isAfter(NOW.plus(Duration.ofHours(11)));
    }

    @Test
    void expects_no_renewal_of_what_was_revoked() {
        keep(certificate("dev-1", NOW, null));
        keep(certificate("dev-2", NOW, RevocationReason.SUPERSEDED));
        assertThat(Await.result(store.certificates().renewable(NOW)))
                .singleElement()
                .satisfies(alike -> {
                    assertThat(alike.issuedAt()).isBetween(NOW, NOW.plus(Duration.ofMinutes(10)));
                    assertThat(alike.notAfter()).isEqualTo(alike.issuedAt().plus(Duration.ofHours(24)));
                    assertThat(alike.certificates()).isEqualTo(1);
                });
    }

    @Test
    void counts_a_certificate_from_its_issuance_on() {
        start();
        var earlier = NOW.minus(Duration.ofHours(4));
        for (int i = 0; i < 50; i++) {
            FleetBus.CERTIFICATE_ISSUED.publish(
                    vertx, new CertificateIssued(certificate("dev-" + i, earlier, null), Duration.ZERO));
        }
        assertThat(advised(certificate("x", NOW, null)).begin()).isAfter(NOW.plus(Duration.ofHours(11)));
    }

    @Test
    void whoever_has_a_certificate_of_an_issuer_that_is_left_renews_early_and_the_usual_way_when_that_is_over() {
        start();
        var certificate = certificate("x", NOW, null);
        var usual = advised(certificate);
        draining = NOW.plus(Duration.ofHours(1));
        assertThat(advised(certificate).begin())
                .isBetween(draining, draining.plus(Duration.ofHours(4)))
                .isBefore(usual.begin());
        draining = null;
        assertThat(advised(certificate)).isEqualTo(usual);
    }

    private void start() {
        var started = Await.on(loop, plan::start);
        assertThat(started).isNull();
    }

    private Window advised(CertificateRecord certificate) {
        return Await.on(loop, () -> Future.succeededFuture(plan.advise(certificate)));
    }

    private void keep(CertificateRecord certificate) {
        boolean kept = Await.result(store.write(handle -> {
            store.certificates().insert(handle, certificate);
            return certificate.revocationReason() == null
                    || store.certificates().revoke(handle, certificate.serial(), certificate.revocationReason(), NOW);
        }));
        assertThat(kept).isTrue();
    }

    private CertificateRecord certificate(String identity, Instant issuedAt, RevocationReason reason) {
        return new CertificateRecord(
                SerialNumber.random(random),
                Profile.SERVER,
                identity,
                List.of(),
                null,
                issuedAt,
                new Validity(issuedAt, issuedAt.plus(Duration.ofHours(24))),
                reason == null ? CertificateStatus.ACTIVE : CertificateStatus.REVOKED,
                "test",
                "acme",
                "",
                reason == null ? null : NOW,
                reason);
    }
}
