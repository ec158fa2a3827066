package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstrations, each of which checks itself: nothing is dropped and nothing lost while every certificate is replaced twice. */
class RenewalUnderLoadIT {
    private static final Duration LONGEST = Duration.ofMinutes(4);

    @TempDir
    Path directory;

    @Test
    void every_certificate_is_replaced_twice_and_nothing_is_dropped_or_lost() throws Exception {
        var told = played(demo("renewal")
                .argument("--devices", "25")
                .with("lifetimes.device", "20s")
                .with("lifetimes.server", "20s")
                .with("agent.overlap", "2s"));
        assertThat(told)
                .contains("26 of 26 identities are connected by mTLS")
                .contains("replaced at least 2 times")
                .containsPattern("[1-9]\\d* QoS 1 messages arrived")
                .contains("0 connections dropped")
                .contains("0 messages lost");
    }

    @Test
    void the_first_set_up_holds_its_checks() throws Exception {
        assertThat(played(demo("bootstrap").argument("--devices", "5")))
                .contains("6 bootstrap certificates for 6 identities");
    }

    @Test
    void normal_operation_holds_its_checks() throws Exception {
        assertThat(played(demo("normal").argument("--devices", "5"))).contains("the broker turns it away");
    }

    @Test
    void a_fleet_whose_certificates_are_all_over_recovers_with_provisioning_off() throws Exception {
        var told = played(demo("expiry")
                .argument("--devices", "5")
                .with("lifetimes.device", "10s")
                .with("lifetimes.server", "10s"));
        assertThat(told)
                .contains("6 of 6 identities are connected by mTLS, ")
                .contains("expired: the certificates of all 5 devices")
                .contains("6 of them with a new certificate")
                .contains("6 enrolments of 6 identities since the beginning")
                .contains("it answers a newcomer 503");
    }

    private LumiaProcess.Setup demo(String name) throws IOException {
        return LumiaProcess.demo(name, directory.resolve("data"))
                .with("swarm.address-range", LumiaProcess.range(5))
                .with("authority.acme.allowed-networks", LumiaProcess.range(5));
    }

    private static String played(LumiaProcess.Setup demo) throws Exception {
        try (var lumia = demo.start()) {
            assertThat(lumia.exitCode(LONGEST)).as(lumia.printed()).isZero();
            return String.join("\n", lumia.outLines());
        }
    }
}
