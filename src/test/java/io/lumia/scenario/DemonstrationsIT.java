package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The five demonstrations, each of which checks itself, with lifetimes of seconds. */
class DemonstrationsIT {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    @Test
    void all_of_them_hold_their_checks() throws Exception {
        try (var lumia = demo("all")
                .with("lifetimes.device", "10s")
                .with("lifetimes.server", "10s")
                .with("agent.overlap", "2s")
                .start()) {
            assertThat(lumia.exitCode(LONGEST)).as(lumia.printed()).isZero();
            assertThat(String.join("\n", lumia.outLines()))
                    .contains("6 bootstrap certificates for 6 identities")
                    .contains("it may not publish to devices/dev-0002/telemetry", "the broker turns it away")
                    .contains("replaced at least 2 times", "0 connections dropped", "0 messages lost")
                    .contains("expired: the certificates of all 5 devices", "6 of them with a new certificate")
                    .contains("6 enrolments of 6 identities since the beginning", "it answers a newcomer 503")
                    .contains("127.0.0.1 is refused with 403", "it is back, with provisioning off")
                    .containsPattern("(?m)^new-device .* held$")
                    .contains("All 5 demonstrations held every check");
        }
        assertThat(directory.resolve("data/new-device/new-device/identities/new-0001/current/certificate.pem"))
                .as("a device of its own, in the data directory that was asked for")
                .exists();
    }

    @Test
    void a_check_that_does_not_hold_is_told_by_the_exit_code() throws Exception {
        // now the stranger is on the whitelist
        try (var lumia =
                demo("bootstrap").with("provisioning.whitelist", "127.0.0.0/8").start()) {
            assertThat(lumia.exitCode()).as(lumia.printed()).isEqualTo(1);
            assertThat(lumia.printed()).contains("does not hold: 127.0.0.1 is refused with 403");
        }
    }

    @Test
    void a_signal_stops_everything_in_order() throws Exception {
        try (var lumia = demo("normal").start()) {
            lumia.await("a running fleet", () -> lumia.printed().contains("identities are connected by mTLS"));
            assertThat(lumia.stop()).as(lumia.printed()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
            assertThat(lumia.printed()).doesNotContain("did not end in time", "Exception in thread", "checks");
        }
    }

    private LumiaProcess.Setup demo(String name) throws IOException {
        return LumiaProcess.demo(name, directory.resolve("data"))
                .argument("--devices", "5")
                .with("swarm.address-range", LumiaProcess.range(8))
                .with("authority.acme.allowed-networks", LumiaProcess.range(8));
    }
}
