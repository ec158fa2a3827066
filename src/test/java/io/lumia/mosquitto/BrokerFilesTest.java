package io.lumia.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.TopicAcl;
import io.lumia.config.MosquittoConfig;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.Crl;
import io.lumia.x509.CrlEntry;
import io.lumia.x509.CrlTemplate;
import io.lumia.x509.DeviceName;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerFilesTest {
    @TempDir
    Path directory;

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private final TestAuthority authority = TestAuthority.at(NOW);

    private BrokerFiles files() {
        return new BrokerFiles(new MosquittoConfig(
                new DeviceName("lumia-broker"),
                directory.resolve("new/acl"),
                directory.resolve("new/crl.pem"),
                Duration.ofSeconds(10),
                null,
                List.of(),
                Duration.ofSeconds(5)));
    }

    @Test
    void writes_rules_once_and_again_when_they_change() throws IOException {
        var rules = List.of(new TopicAcl.Rule("lumia-app", List.of("devices/+/commands"), List.of()));
        assertThat(files().writeRules(rules)).isTrue();
        assertThat(files().writeRules(rules)).isFalse();
        assertThat(files().writeRules(List.of())).isTrue();
        assertThat(directory.resolve("new/acl")).content().doesNotContain("lumia-app");
    }

    @Test
    void rules_that_cannot_be_written_leave_the_file_as_it_is() throws IOException {
        assertThat(files().writeRules(List.of())).isTrue();
        var before = Files.readString(directory.resolve("new/acl"));
        assertThatThrownBy(() -> files().writeRules(List.of(new TopicAcl.Rule("x", List.of("a/%c"), List.of()))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(directory.resolve("new/acl")).hasContent(before);
    }

    @Test
    void takes_a_newer_list_and_neither_an_older_nor_one_that_is_over() throws Exception {
        var first = list(1, NOW);
        assertThat(files().writeList(first, NOW)).isTrue();
        assertThat(files().writeList(first, NOW)).isFalse();

        var later = NOW.plusSeconds(60);
        var second = list(2, later, 7);
        assertThat(files().writeList(second, later)).isTrue();
        assertThat(files().writeList(first, later)).isFalse();
        assertThat(files().list().orElseThrow().serials()).containsExactly(new SerialNumber(BigInteger.valueOf(7)));

        assertThatThrownBy(() -> files().writeList(second, second.nextUpdate().plusSeconds(1)))
                .hasMessageContaining("refuse everybody");
    }

    private Crl list(long number, Instant from, long... revoked) {
        var entries = LongStream.of(revoked)
                .mapToObj(serial -> CrlEntry.of(new RevokedCertificate(
                        new SerialNumber(BigInteger.valueOf(serial)),
                        NOW,
                        RevocationReason.KEY_COMPROMISE,
                        NOW.plusSeconds(3600))))
                .toList();
        var day = new Validity(from, from.plus(Duration.ofDays(1)));
        return new CrlTemplate(BigInteger.valueOf(number), day, List.of()).signedBy(authority.intermediate(), entries);
    }
}
