package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is dropped and nothing lost while every certificate is replaced twice; the demonstration checks that itself. */
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
