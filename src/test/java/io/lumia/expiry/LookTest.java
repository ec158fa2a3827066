package io.lumia.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.HostPort;
import io.lumia.config.WatchConfig.Protocol;
import io.lumia.expiry.Watch.Expectation;
import io.lumia.expiry.Watch.Subject;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.Pem;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookTest {
    private static final Duration WARNING = Duration.ofDays(7);
    private static final Duration CRITICAL = Duration.ofDays(3);

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(Instant.parse("2030-01-01T00:00:00Z"));
    private final FleetCa ca = new FleetCa(clock);
    private final Look look = new Look(clock, Duration.ofSeconds(5));

    @ParameterizedTest
    @CsvSource({"82, HEALTHY", "84, WARNING", "86, WARNING", "87, CRITICAL", "91, CRITICAL"})
    void a_certificate_of_ninety_days_is_judged_by_days(int days, Verdict expected) throws Exception {
        var file = written("server.pem", Pem.of(issued(Duration.ofDays(90))));
        clock.advance(Duration.ofDays(days).plusHours(1));
        assertThat(one(file)).extracting(Finding::verdict).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"17, HEALTHY", "19, WARNING", "22, CRITICAL"})
    void a_certificate_of_a_day_is_judged_by_what_share_is_left(int hours, Verdict expected) throws Exception {
        var file = written("device.pem", Pem.of(issued(Duration.ofDays(1))));
        clock.advance(Duration.ofHours(hours));
        assertThat(one(file)).extracting(Finding::verdict).isEqualTo(expected);
    }

    @Test
    void the_first_of_a_chain_to_end_is_told() throws Exception {
        var file = written("chain.pem", Pem.of(issued(Duration.ofDays(390))) + Pem.of(issued(Duration.ofDays(30))));
        clock.advance(Duration.ofDays(25));
        var found = one(file);
        assertThat(found.verdict()).isEqualTo(Verdict.WARNING);
        assertThat(found.notAfter()).isEqualTo(Instant.parse("2030-01-31T00:00:00Z"));
        assertThat(found.detail()).contains("5d left").contains("chain");
    }

    @Test
    void a_pattern_stands_for_every_file_that_it_matches() throws Exception {
        var unused = written("a.pem", Pem.of(issued(Duration.ofDays(90))));
        unused = written("b.pem", "no certificate");
        unused = written("c.key", "left alone");
        var found = look.at(watch(new Watch.Files(List.of(directory + "/*.pem"), null), null));
        assertThat(found).extracting(Finding::verdict).containsExactly(Verdict.HEALTHY, Verdict.UNKNOWN);
    }

    @Test
    void what_cannot_be_looked_at_is_unknown_and_says_why() {
        var missing =
                look.at(watch(new Watch.Files(List.of(directory + "/none.pem", directory + "/*.crt"), null), null));
        assertThat(missing).extracting(Finding::verdict).containsOnly(Verdict.UNKNOWN);
        assertThat(missing).extracting(Finding::detail).containsExactly("there is no such file", "no file matches");
    }

    @Test
    void a_chain_to_another_ca_is_critical_and_to_the_right_one_is_not() throws Exception {
        var file = written("server.pem", Pem.of(issued(Duration.ofDays(90))));
        var right = written("right.pem", Pem.of(ca.root()));
        var wrong = written("wrong.pem", Pem.of(new FleetCa(clock).root()));
        assertThat(look.at(watch(new Watch.Files(List.of(file.toString()), null), right)))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.HEALTHY);
        assertThat(look.at(watch(new Watch.Files(List.of(file.toString()), null), wrong)))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.CRITICAL);
    }

    @Test
    void a_revoked_certificate_is_critical_when_the_crl_is_given() throws Exception {
        var certificate = issued(Duration.ofDays(90));
        var subject =
                new Watch.Files(List.of(written("s.pem", Pem.of(certificate)).toString()), null);
        var root = written("root.pem", Pem.of(ca.root()));
        var before = new Expectation(root, List.of(written("before.crl", ca.crl())), null);
        var after = new Expectation(root, List.of(written("after.crl", ca.crl(certificate))), null);
        clock.advance(Duration.ofMinutes(1));
        assertThat(look.at(new Watch("s", subject, before, WARNING, CRITICAL)).get(0))
                .extracting(Finding::verdict)
                .isEqualTo(Verdict.HEALTHY);
        var revoked = look.at(new Watch("s", subject, after, WARNING, CRITICAL)).get(0);
        assertThat(revoked.verdict()).isEqualTo(Verdict.CRITICAL);
        assertThat(revoked.detail()).containsIgnoringCase("revoked");
    }

    @Test
    void a_closed_port_is_unknown_for_certificates_and_critical_for_services() throws Exception {
        int closed = FreePort.anywhere();
        var address = new HostPort("127.0.0.1", closed);
        assertThat(first(new Watch.Endpoint(address, Protocol.TLS, null, null)).verdict())
                .isEqualTo(Verdict.UNKNOWN);
        var broker = first(new Watch.Endpoint(address, Protocol.MQTT, null, null));
        assertThat(broker.verdict()).isEqualTo(Verdict.CRITICAL);
        assertThat(broker.up()).isFalse();
        assertThat(first(new Watch.Directory(URI.create("https://127.0.0.1:" + closed + "/acme/acme/directory")))
                        .verdict())
                .isEqualTo(Verdict.CRITICAL);
    }

    @Test
    void a_server_that_says_nothing_is_given_up_in_time() throws Exception {
        try (var silent = new ServerSocket(0)) {
            var impatient = new Look(clock, Duration.ofMillis(200));
            var subject =
                    new Watch.Endpoint(new HostPort("127.0.0.1", silent.getLocalPort()), Protocol.MQTT, null, null);
            assertThat(impatient.at(watch(subject, null)).get(0).verdict()).isEqualTo(Verdict.CRITICAL);
        }
    }

    private java.security.cert.X509Certificate issued(Duration lifetime) {
        return ca.issue("server", List.of("localhost"), lifetime).chain().get(0);
    }

    private Path written(String name, String text) throws Exception {
        return Files.writeString(directory.resolve(name), text);
    }

    private Finding one(Path file) {
        return first(new Watch.Files(List.of(file.toString()), null));
    }

    private Finding first(Subject subject) {
        return look.at(watch(subject, null)).get(0);
    }

    private static Watch watch(Subject subject, Path caFile) {
        return new Watch("watched", subject, new Expectation(caFile, List.of(), null), WARNING, CRITICAL);
    }
}
