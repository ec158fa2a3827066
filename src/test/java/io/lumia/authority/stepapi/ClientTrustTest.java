package io.lumia.authority.stepapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.Profile;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClientTrustTest {
    private static final Instant NOW = Instant.parse("2030-01-31T12:00:00Z");

    private final TestAuthority ours = TestAuthority.at(NOW);
    private final MovableClock clock = new MovableClock(NOW);
    private final ClientTrust trust = new ClientTrust(
            () -> new Issuers(List.of(ours.root()), List.of(ours.intermediate().certificate())),
            Duration.ofDays(7),
            clock);

    @ParameterizedTest
    @EnumSource
    void admits_what_the_ca_signed_whatever_its_purpose(Profile profile) {
        var chain = chain(ours, profile);
        assertThatCode(() -> trust.checkClientTrusted(chain, "EC")).doesNotThrowAnyException();
    }

    @Test
    void refuses_another_ca_of_the_same_name() {
        var chain = chain(TestAuthority.at(NOW), Profile.DEVICE);
        assertThat(chain[0].getIssuerX500Principal())
                .isEqualTo(ours.intermediate().certificate().getSubjectX500Principal());
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "EC")).isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[0], "EC"))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void admits_an_expired_one_in_the_grace_window_only() {
        var chain = chain(ours, Profile.DEVICE);
        clock.advance(Duration.ofDays(8));
        assertThatCode(() -> trust.checkClientTrusted(chain, "EC")).doesNotThrowAnyException();
        clock.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "EC")).isInstanceOf(CertificateExpiredException.class);
        clock.advance(Duration.ofDays(-9));
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "EC"))
                .isInstanceOf(CertificateNotYetValidException.class);
    }

    @Test
    void is_for_clients_only() {
        var chain = chain(ours, Profile.SERVER);
        assertThatThrownBy(() -> trust.checkServerTrusted(chain, "EC")).isInstanceOf(CertificateException.class);
    }

    private static X509Certificate[] chain(TestAuthority ca, Profile profile) {
        var leaf = ca.issue(
                profile,
                "someone",
                List.of("someone.example.test"),
                KeyPairs.p256().getPublic());
        return new X509Certificate[] {leaf};
    }
}
