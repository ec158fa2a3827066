package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.TestAuthority;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerIdentityTest {
    private final java.security.cert.X509Certificate certificate = TestAuthority.at(
                    Instant.parse("2026-03-01T12:00:00Z"))
            .issue(
                    Profile.SERVER,
                    "name.example",
                    List.of("host.example", "*.wild.example", "10.0.0.1", "::1"),
                    KeyPairs.p256().getPublic());

    @ParameterizedTest
    @CsvSource({
        "host.example, true",
        "HOST.Example, true",
        "name.example, false",
        "sub.host.example, false",
        "a.wild.example, true",
        "a.b.wild.example, false",
        "wild.example, false",
        "10.0.0.1, true",
        "10.0.0.2, false",
        "0:0:0:0:0:0:0:1, true",
        "::2, false"
    })
    void only_names_that_the_certificate_carries_are_covered(String host, boolean covered) {
        assertThat(ServerIdentity.covers(certificate, host)).isEqualTo(covered);
    }
}
