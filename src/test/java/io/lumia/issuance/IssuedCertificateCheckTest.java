package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.fakes.FleetCa;
import io.lumia.issuance.CertificateWish.Usage;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.KeyType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IssuedCertificateCheckTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final CertificateWish WISH = wish(KeyType.P256, "broker.example.test", "2001:db8:0::1");

    private final FleetCa ca = new FleetCa(Clock.fixed(NOW, ZoneOffset.UTC));
    private final TlsMaterial issued =
            ca.issue("broker", List.of("Broker.example.test", "2001:db8::1"), Duration.ofHours(1));

    @Test
    void takes_what_was_asked_for_however_names_are_spelt() {
        assertThat(problems(issued, WISH, NOW)).isEmpty();
    }

    @Test
    void names_each_thing_that_does_not_hold() {
        assertThat(problems(issued, WISH, NOW.plus(Duration.ofHours(2))))
                .anyMatch(problem -> problem.contains("expired at"));
        assertThat(problems(issued, WISH, NOW.minus(Duration.ofHours(2))))
                .anyMatch(problem -> problem.contains("compare the clocks"));
        assertThat(problems(issued, wish(KeyType.P256, "other.example.test"), NOW))
                .singleElement()
                .asString()
                .contains("lacks [other.example.test]");
        assertThat(problems(issued, wish(KeyType.RSA_2048, "broker.example.test"), NOW))
                .containsExactly("its key is not rsa-2048");
        assertThat(IssuedCertificateCheck.problems(
                        issued, WISH, List.of(new FleetCa(Clock.fixed(NOW, ZoneOffset.UTC)).root()), NOW))
                .singleElement()
                .asString()
                .contains("does not lead to a trusted root");
        assertThat(IssuedCertificateCheck.problems(issued, WISH, List.of(), NOW))
                .containsExactly("no root is trusted");
    }

    @Test
    void demands_the_usages_that_were_wished_for() {
        var own = SelfSignedSource.made(WISH, NOW);
        var client = new CertificateWish(
                WISH.commonName(), WISH.names(), KeyType.P256, null, Set.of(Usage.SERVER, Usage.CLIENT));
        assertThat(IssuedCertificateCheck.problems(own, client, List.of(), NOW))
                .anyMatch(problem -> problem.contains("extended key usage lacks [clientAuth]"));
    }

    @Test
    void says_everything_at_once() {
        assertThatThrownBy(() -> IssuedCertificateCheck.demand(
                        issued, wish(KeyType.P384, "other.example.test"), List.of(ca.root()), NOW))
                .isInstanceOfSatisfying(
                        IssuanceFailed.class,
                        failed -> assertThat(failed.reason()).isEqualTo(Reason.INVALID_CERTIFICATE))
                .hasMessageContaining("other.example.test")
                .hasMessageContaining("p384");
    }

    private List<String> problems(TlsMaterial material, CertificateWish wish, Instant now) {
        return IssuedCertificateCheck.problems(material, wish, List.of(ca.root()), now);
    }

    private static CertificateWish wish(KeyType type, String... names) {
        return new CertificateWish("broker", List.of(names), type, null);
    }
}
