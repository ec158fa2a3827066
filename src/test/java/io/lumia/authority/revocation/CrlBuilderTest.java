package io.lumia.authority.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.MovableClock;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.Crl;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrlBuilderTest {
    private static final Duration REFRESH = Duration.ofHours(8);
    private static final List<String> LOCATION = List.of("http://localhost/crl/intermediate.crl");

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00.250Z"));
    private final TestAuthority authority = TestAuthority.at(clock.instant());
    private final RevokedCertificates revoked = new RevokedCertificates();

    @Test
    void numbers_grow_also_over_restarts_and_when_the_clock_goes_back() throws Exception {
        var builder = builder();
        var first = builder.build();
        assertThat(builder.build().number()).isGreaterThan(first.number());
        var last = builder.build();

        clock.advance(Duration.ofDays(-30));
        var restarted = builder();
        assertThat(restarted.kept()).map(PublishedCrl::number).contains(last.number());
        assertThat(restarted.build().number()).isGreaterThan(last.number());
    }

    @Test
    void numbers_grow_although_the_last_crl_was_lost_or_restored_from_a_backup() throws Exception {
        var builder = builder();
        builder.build();
        var old = Files.readString(file());
        clock.advance(Duration.ofHours(1));
        var last = builder.build();

        clock.advance(Duration.ofSeconds(1));
        Files.writeString(file(), old);
        var restored = builder();
        assertThat(restored.kept()).isPresent();
        var afterwards = restored.build();
        assertThat(afterwards.number()).isGreaterThan(last.number());

        clock.advance(Duration.ofSeconds(1));
        Files.writeString(file(), "damaged");
        var anew = builder();
        assertThat(anew.kept()).isEmpty();
        assertThat(anew.build().number()).isGreaterThan(afterwards.number());
    }

    @Test
    void a_certificate_stays_until_a_regular_crl_after_its_end_has_listed_it() throws Exception {
        var builder = builder();
        builder.build();
        revoked.add(certificate(1, clock.instant().plus(Duration.ofHours(9))));
        revoked.add(certificate(2, clock.instant().plus(Duration.ofDays(9))));
        assertThat(builder.build().entries()).isEqualTo(2);
        clock.advance(REFRESH);
        assertThat(builder.build().entries()).isEqualTo(2);

        clock.advance(Duration.ofHours(2));
        assertThat(builder.build().entries())
                .as("past its end, between two regular ones")
                .isEqualTo(2);
        clock.advance(Duration.ofHours(6));
        assertThat(builder.build().entries()).as("the regular one").isEqualTo(2);
        assertThat(builder.build().entries()).isEqualTo(1);
    }

    @Test
    void a_restart_does_not_list_again_what_ended_long_ago() throws Exception {
        builder().build();
        clock.advance(Duration.ofDays(2));
        revoked.add(certificate(1, clock.instant().minus(Duration.ofDays(20))));
        revoked.add(certificate(2, clock.instant().minus(Duration.ofDays(1))));
        var restarted = builder();
        assertThat(restarted.kept()).isPresent();
        assertThat(Crl.parse(restarted.build().der().getBytes()).size()).isEqualTo(1);
    }

    @Test
    void another_issuer_or_address_makes_the_last_crl_unfit_to_be_served() throws Exception {
        var made = builder().build();
        var moved = new CrlBuilder(
                new CrlFile(file(), authority.intermediate().certificate()),
                authority::intermediate,
                revoked,
                List.of("http://elsewhere/crl/intermediate.crl"),
                Duration.ofDays(1),
                REFRESH,
                clock);
        assertThat(moved.kept()).isEmpty();
        clock.advance(Duration.ofDays(-1));
        assertThat(moved.build().number()).isGreaterThan(made.number());
        assertThat(new CrlFile(file(), authority.root()).read()).isEmpty();
    }

    @Test
    void no_crl_outlives_its_issuer() throws Exception {
        clock.advance(Duration.ofDays(999).plusHours(12));
        assertThat(builder().build().nextUpdate())
                .isEqualTo(authority.intermediate().certificate().getNotAfter().toInstant());
    }

    private CrlBuilder builder() {
        return new CrlBuilder(
                new CrlFile(file(), authority.intermediate().certificate()),
                authority::intermediate,
                revoked,
                LOCATION,
                Duration.ofDays(1),
                REFRESH,
                clock);
    }

    private Path file() {
        return directory.resolve("intermediate.crl");
    }

    private RevokedCertificate certificate(int serial, Instant notAfter) {
        return new RevokedCertificate(
                new SerialNumber(BigInteger.valueOf(serial)), clock.instant(), RevocationReason.SUPERSEDED, notAfter);
    }
}
