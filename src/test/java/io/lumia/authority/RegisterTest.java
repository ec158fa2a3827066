package io.lumia.authority;

import static io.lumia.authority.AuthorityFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountCertificates;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegisterTest {
    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00.250Z"));
    private final BlockingQueue<CertificateRevoked> revoked = new LinkedBlockingQueue<>();
    private AuthorityFixture fixture;

    @BeforeEach
    void start() {
        fixture = new AuthorityFixture(data, clock);
        FleetBus.CERTIFICATE_REVOKED.listen(fixture.vertx, revoked::add).await();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void a_revoked_certificate_is_described_as_revoked_at_once_and_after_a_restart() throws InterruptedException {
        var serial = bootstrap("dev-0001");
        assertThat(status(serial)).isEqualTo(CertificateStatus.ACTIVE);

        assertThat(revoke(serial)).isInstanceOf(RevokeOutcome.Revoked.class);
        assertThat(status(serial)).isEqualTo(CertificateStatus.REVOKED);
        var told = revoked.poll(1, TimeUnit.MINUTES);
        assertThat(told).isNotNull();
        assertThat(told.serial()).isEqualTo(serial);
        assertThat(told.identity()).isEqualTo("dev-0001");

        fixture.close();
        start();
        assertThat(status(serial)).isEqualTo(CertificateStatus.REVOKED);
    }

    @Test
    void a_device_is_overdue_from_its_latest_moment_to_renew_until_it_has_renewed() {
        bootstrap("dev-0001");
        bootstrap("dev-0002");
        device("dev-0001");
        device("dev-0002");
        var third = new CountOverdue(0.333, null);
        var hour = new CountOverdue(0.333, Duration.ofHours(1));

        clock.advance(Duration.ofHours(15));
        assertThat(overdue(third)).isZero();
        clock.advance(Duration.ofHours(2));
        assertThat(overdue(third)).isEqualTo(2);
        assertThat(overdue(hour)).isZero();
        device("dev-0001");
        assertThat(overdue(third)).isEqualTo(1);
        clock.advance(Duration.ofHours(6).plusMinutes(30));
        assertThat(overdue(hour)).isEqualTo(1);
        clock.advance(Duration.ofHours(1));
        assertThat(overdue(hour)).isZero();
    }

    private void device(String name) {
        fixture.issued(request(Profile.DEVICE, KeyPairs.p256(), name, null));
    }

    private long overdue(CountOverdue policy) {
        return FleetBus.COUNT_OVERDUE.ask(fixture.vertx, policy).await().devices();
    }

    @Test
    void revoking_again_changes_nothing_and_is_not_told() {
        var serial = bootstrap("dev-0001");
        var other = bootstrap("dev-0002");
        revoke(serial);
        clock.advance(Duration.ofMinutes(5));
        var again = FleetBus.REVOKE_CERTIFICATE
                .ask(fixture.vertx, new RevokeCertificate(serial, RevocationReason.SUPERSEDED, "operator"))
                .await();
        assertThat(again).isInstanceOfSatisfying(RevokeOutcome.AlreadyRevoked.class, known -> {
            assertThat(known.certificate().revokedAt()).isEqualTo("2026-03-01T12:00:00.250Z");
            assertThat(known.certificate().revocationReason()).isEqualTo(RevocationReason.KEY_COMPROMISE);
        });
        revoke(other);
        Await.until(
                fixture.vertx,
                "the last is told",
                () -> revoked.stream().anyMatch(told -> told.serial().equals(other)));
        assertThat(revoked.stream().filter(told -> told.serial().equals(serial)))
                .hasSize(1);
        assertThat(revoke(new SerialNumber(BigInteger.TEN))).isInstanceOf(RevokeOutcome.Unknown.class);
    }

    @Test
    void a_certificate_expires_though_it_is_remembered() {
        var serial = bootstrap("dev-0001");
        clock.advance(Duration.ofHours(1));
        assertThat(status(serial)).isEqualTo(CertificateStatus.EXPIRED);
        assertThat(FleetBus.DESCRIBE_CERTIFICATE
                        .ask(fixture.vertx, new DescribeCertificate(new SerialNumber(BigInteger.ONE)))
                        .await())
                .isInstanceOf(CertificateDescription.Unknown.class);
    }

    @Test
    void certificates_are_found_by_identity_serial_and_status_page_by_page() {
        for (int i = 1; i <= 5; i++) {
            bootstrap("dev-000" + i);
            clock.advance(Duration.ofSeconds(1));
        }
        var page = list("DEV-", null, 1, 2);
        assertThat(page.total()).isEqualTo(5);
        assertThat(page.certificates()).extracting(c -> c.identity()).containsExactly("dev-0003", "dev-0002");
        var serial = page.certificates().get(0).serial();
        assertThat(list(serial.toString().substring(3, 20), null, 0, 10).certificates())
                .extracting(c -> c.serial())
                .containsExactly(serial);
        assertThat(list("%", null, 0, 10).total()).isZero();
        assertThat(list("_", null, 0, 10).total()).isZero();

        revoke(serial);
        assertThat(list("dev-", CertificateStatus.REVOKED, 0, 10).total()).isEqualTo(1);
        assertThat(list("dev-", CertificateStatus.ACTIVE, 0, 10).total()).isEqualTo(4);
        clock.advance(Duration.ofHours(2));
        assertThat(list("dev-", CertificateStatus.EXPIRED, 0, 10).total()).isEqualTo(4);
    }

    @Test
    void counts_are_by_status_and_profile_and_horizon() {
        var first = bootstrap("dev-0001");
        bootstrap("dev-0002");
        clock.advance(Duration.ofSeconds(10));
        revoke(first);
        fixture.issued(request(Profile.DEVICE, KeyPairs.p256(), "dev-0002", null));
        var counts = FleetBus.COUNT_CERTIFICATES
                .ask(fixture.vertx, new CountCertificates())
                .await();
        assertThat(counts.byStatusAndProfile().get(CertificateStatus.REVOKED)).containsEntry(Profile.BOOTSTRAP, 1L);
        assertThat(counts.byStatusAndProfile().get(CertificateStatus.ACTIVE))
                .containsEntry(Profile.BOOTSTRAP, 1L)
                .containsEntry(Profile.DEVICE, 1L)
                .containsEntry(Profile.SERVER, 1L);
        assertThat(counts.expiringWithin())
                .containsEntry(Duration.ofHours(1), 1L)
                .containsEntry(Duration.ofDays(1), 2L)
                .containsEntry(Duration.ofDays(30), 3L);
        assertThat(counts.earliestExpiry()).containsEntry(Profile.BOOTSTRAP, Instant.parse("2026-03-01T13:00:00Z"));
    }

    @Test
    void devices_are_listed_with_their_newest_certificate() {
        bootstrap("dev-0002");
        bootstrap("dev-0001");
        clock.advance(Duration.ofSeconds(1));
        var newest = fixture.issued(request(Profile.DEVICE, KeyPairs.p256(), "dev-0001", null));
        var page = FleetBus.LIST_DEVICES
                .ask(fixture.vertx, new ListDevices("dev", 0, 10))
                .await();
        assertThat(page.devices()).extracting(d -> d.name().value()).containsExactly("dev-0001", "dev-0002");
        assertThat(page.devices().get(0).latestSerial()).isEqualTo(newest.serial());
        assertThat(page.devices().get(0).latestNotAfter())
                .isEqualTo(newest.validity().notAfter());
    }

    private SerialNumber bootstrap(String device) {
        return fixture.issued(request(Profile.BOOTSTRAP, KeyPairs.p256(), device, null))
                .serial();
    }

    private RevokeOutcome revoke(SerialNumber serial) {
        return FleetBus.REVOKE_CERTIFICATE
                .ask(fixture.vertx, new RevokeCertificate(serial, RevocationReason.KEY_COMPROMISE, "operator"))
                .await();
    }

    private CertificateStatus status(SerialNumber serial) {
        var description = FleetBus.DESCRIBE_CERTIFICATE
                .ask(fixture.vertx, new DescribeCertificate(serial))
                .await();
        return ((CertificateDescription.Known) description).certificate().status();
    }

    private CertificatePage list(String query, @Nullable CertificateStatus status, int page, int size) {
        return FleetBus.LIST_CERTIFICATES
                .ask(fixture.vertx, new ListCertificates(query, status, page, size))
                .await();
    }
}
