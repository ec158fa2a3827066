package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.fakes.FreePort;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the authority while many clients obtain certificates at once: what a client received is in the store, and orders go on. */
class IssuingCrashIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    @Test
    void loses_no_certificate_when_killed_under_load() throws Exception {
        survives(2, 4);
    }

    /** The long form: {@code scripts/soak --issuing}. */
    @Test
    @Tag("soak")
    void loses_no_certificate_however_often_it_is_killed_under_load() throws Exception {
        long seed = Long.getLong("lumia.soak.seed", Clock.systemUTC().millis());
        System.out.println("soak: seed " + seed);
        survives(Integer.getInteger("lumia.soak.kills", 20), seed);
    }

    private void survives(int kills, long seed) throws Exception {
        var random = new Random(seed);
        try (var load = new IssuingLoad()) {
            var setup = LumiaProcess.run(directory.resolve("data"))
                    .with("parts", "authority, web")
                    .with("authority.port", FreePort.anywhere())
                    .with("authority.http-port", 0)
                    .with("web.port", 0)
                    .with("authority.acme.http01-port", load.challengePort())
                    .with("authority.acme.allowed-networks", "127.0.0.0/8");
            for (int kill = 1; kill <= kills; kill++) {
                try (var run = setup.start()) {
                    run.awaitReady();
                    check(run, load);
                    load.resume(run);
                    load.run(run, Duration.ofMillis(1500 + random.nextInt(4000)));
                    int enough = 20 * kill;
                    run.await("clients obtain them", () -> load.received().size() > enough && load.byAcme() > 0);
                    run.kill();
                    load.pause();
                    System.out.printf(
                            "soak: kill %d, %d certificates received, %d revoked, %d orders left open%n",
                            kill, load.received().size(), load.revoked().size(), load.openOrders());
                }
            }
            try (var run = setup.start()) {
                run.awaitReady();
                check(run, load);
                load.resume(run);
                check(run, load);
                assertThat(load.openOrders())
                        .as("orders that a kill interrupted")
                        .isZero();
                assertThat(load.received()).hasSizeGreaterThan(20 * kills);
                assertThat(load.byAcme()).as("received by ACME").isPositive();
            }
        }
    }

    private static void check(LumiaProcess run, IssuingLoad load) throws Exception {
        Map<String, String> stored = new HashMap<>();
        for (JsonNode certificate : run.certificates()) {
            var before = stored.put(
                    certificate.path("serial").asText(),
                    certificate.path("status").asText());
            assertThat(before).as("a serial is there once").isNull();
        }
        assertThat(stored.keySet()).as("what clients received").containsAll(load.received());
        assertThat(load.revoked())
                .allSatisfy(serial -> assertThat(stored.get(serial))
                        .as("revocation of %s", serial)
                        .isEqualTo("revoked"));
        coherent(run, stored.keySet());
    }

    /** An order is valid with its certificate, and two never share one; nothing is processing after a start. */
    private static void coherent(LumiaProcess run, Set<String> stored) throws Exception {
        var serials = new HashSet<String>();
        int page = 0;
        JsonNode orders;
        do {
            orders =
                    JSON.readTree(run.api("/ca/orders?size=1000&page=" + page++).body());
            for (JsonNode order : orders.path("orders")) {
                var status = order.path("status").asText();
                assertThat(status).isNotEqualTo("processing");
                assertThat(order.path("serial").isTextual()).as("%s", order).isEqualTo(status.equals("valid"));
                if (status.equals("valid")) {
                    assertThat(stored).contains(order.path("serial").asText());
                    assertThat(serials.add(order.path("serial").asText()))
                            .as("%s", order)
                            .isTrue();
                }
            }
        } while (orders.path("orders").size() == 1000);
    }
}
