package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.fakes.FreePort;
import io.lumia.tls.FleetTrust;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another root for a running fleet, of which some devices are away when it begins: they are waited for by name, and when everything is over nobody
 * lost a connection or a message. {@code scripts/soak --root-rotation} runs it with 1,000 devices, of which 20 are away.
 */
class RootRotationIT {
    private static final int DEVICES = Integer.getInteger("lumia.soak.devices", 25);
    private static final boolean LONG = DEVICES >= 200;
    private static final int AWAY = LONG ? 20 : 2;
    private static final Duration PATIENCE = Duration.ofMinutes(LONG ? 8 : 2);
    private static final String OWN = "127.46.0.0/16";
    private static final String HERE = "127.47.0.0/16";
    private static final String ELSEWHERE = "127.48.0.0/16";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final List<String> times = new ArrayList<>();
    private final long begun = System.nanoTime();
    private int challenges;

    @Test
    void a_fleet_gets_another_root_without_losing_a_connection_or_a_message() throws Exception {
        challenges = FreePort.anywhere();
        try (var system = system().start()) {
            system.awaitReady();
            try (var here = swarm(system, "here", HERE, DEVICES - AWAY).start()) {
                try (var away = swarm(system, "away", ELSEWHERE, AWAY).start()) {
                    everybodyUsesTheFirstRoot(system);
                    assertThat(away.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
                    told("devices are away", AWAY);
                }
                var first = Fingerprint.of(root(system));
                exactlyThoseWhoAreAwayAreMissing(system);
                try (var back = swarm(system, "away", ELSEWHERE, AWAY).start()) {
                    theNewRootTakesTheirPlace(system);
                    assertThat(Fingerprint.of(root(system))).isNotEqualTo(first);
                    everyLeafIsOfTheNewRoot(system);
                    assertThat(back.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
                    nothingWasLost("away");
                }
                assertThat(here.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
                nothingWasLost("here");
            }
            for (String reason : new String[] {"connection_lost", "keep_alive", "protocol_error", "expired"}) {
                assertThat(system.metric("lumia_mqtt_disconnects_total", "reason=\"" + reason + "\""))
                        .as(reason)
                        .isZero();
            }
        }
        times.forEach(System.out::println);
    }

    private void everybodyUsesTheFirstRoot(LumiaProcess system) throws Exception {
        system.await("all connected", PATIENCE, () -> system.metric("lumia_mqtt_connections") == DEVICES + 1);
        told("devices are connected", DEVICES);
        system.await("all are known to use the root", PATIENCE, () -> confirmed(system) == DEVICES + 1);
        told("devices and the application use the first root", DEVICES + 1);
    }

    private void exactlyThoseWhoAreAwayAreMissing(LumiaProcess system) throws Exception {
        assertThat(system.apiPost("/ca/rotation", "{\"kind\": \"root\"}")
                        .path("phase")
                        .asText())
                .isEqualTo("prepared");
        assertThat(next(system)).isEqualTo("spreading");
        told("the new root is published", 0);
        var expected = new TreeSet<String>();
        for (int i = 1; i <= AWAY; i++) {
            expected.add(String.format(Locale.ROOT, "away-%04d", i));
        }
        system.await(
                "only those who are away are missing",
                PATIENCE,
                () -> missing(system).equals(expected));
        told("missing, by name", AWAY);
        system.letRun(Duration.ofSeconds(3));
        assertThat(status(system).path("phase").asText())
                .as("it waits for them")
                .isEqualTo("spreading");
        assertThat(status(system).path("ready").asBoolean()).isFalse();
    }

    private void theNewRootTakesTheirPlace(LumiaProcess system) throws Exception {
        phase(system, "adopted");
        told("everybody uses both roots", DEVICES);
        assertThat(next(system)).isEqualTo("issuing");
        assertThat(next(system)).isEqualTo("draining");
        // by itself it takes a sixth of the certificates' lifetime; an operator may be quicker
        drill(system, "running");
        system.apiDelete("/fleet-rotation");
        drill(system, "aborted");
        system.apiPost("/fleet-rotation", "{\"rate\": \"20/s\", \"mostFailed\": 0.1}");
        system.await(
                "nobody has a certificate of the old root",
                PATIENCE,
                () -> status(system).path("ready").asBoolean());
        told("certificates were renewed", DEVICES);
        assertThat(next(system)).isEqualTo("withdrawing");
        phase(system, "done");
        told("everybody uses the new root alone", DEVICES);
    }

    private void everyLeafIsOfTheNewRoot(LumiaProcess system) throws Exception {
        var root = root(system);
        var trust = new FleetTrust(List.of(root));
        for (int i = 1; i <= DEVICES; i++) {
            var away = i > DEVICES - AWAY;
            var name = String.format(Locale.ROOT, "%s-%04d", away ? "away" : "here", away ? i - (DEVICES - AWAY) : i);
            var identity = directory
                    .resolve(away ? "away" : "here")
                    .resolve("identities")
                    .resolve(name);
            assertThat(Pem.certificates(Files.readString(identity.resolve("root.pem"))))
                    .as(name)
                    .containsExactly(root);
            var chain =
                    new ArrayList<>(Pem.certificates(Files.readString(identity.resolve("current/certificate.pem"))));
            chain.addAll(Pem.certificates(Files.readString(identity.resolve("current/chain.pem"))));
            trust.checkClientTrusted(chain.toArray(X509Certificate[]::new), "ECDHE_ECDSA");
        }
    }

    private void nothingWasLost(String swarm) throws IOException {
        var report = new JsonObject(Files.readString(directory.resolve(swarm + ".json")));
        assertThat(report.getInteger("dropped")).as(swarm + " dropped").isZero();
        assertThat(report.getInteger("lost")).as(swarm + " lost").isZero();
        assertThat(report.getInteger("connected")).isEqualTo(report.getInteger("devices"));
        told("messages of " + swarm + ", none lost, no connection dropped", report.getInteger("received"));
    }

    private static void drill(LumiaProcess system, String state) throws Exception {
        system.await("the fleet rotation is " + state, () -> {
            var now = JSON.readTree(system.api("/fleet-rotation").body());
            return now.path("state").asText().equals(state)
                    && (state.equals("running") || !now.path("endsAt").isNull());
        });
    }

    private void phase(LumiaProcess system, String phase) throws Exception {
        system.await(
                phase, PATIENCE, () -> status(system).path("phase").asText().equals(phase));
    }

    private static String next(LumiaProcess system) throws Exception {
        return system.apiPatch("/ca/rotation", "{}").path("phase").asText();
    }

    private static JsonNode status(LumiaProcess system) throws Exception {
        return JSON.readTree(system.api("/ca/rotation").body());
    }

    private static int confirmed(LumiaProcess system) throws Exception {
        return status(system).path("adoption").path("device").path("confirmed").asInt();
    }

    private static TreeSet<String> missing(LumiaProcess system) throws Exception {
        var names = new TreeSet<String>();
        status(system)
                .path("stragglers")
                .forEach(one -> names.add(one.path("name").asText()));
        return names;
    }

    /** Which issues. */
    private static X509Certificate root(LumiaProcess system) throws Exception {
        return Pem.certificates(
                        JSON.readTree(system.api("/ca").body()).path("root").asText())
                .get(0);
    }

    private void told(String what, long count) {
        times.add(String.format(Locale.ROOT, "%6.1f s  %6d  %s", (System.nanoTime() - begun) / 1e9, count, what));
    }

    private LumiaProcess.Setup system() throws IOException {
        return LumiaProcess.run(directory.resolve("system"))
                .with("swarm.devices", 0)
                .with("swarm.address-range", OWN)
                .with("provisioning.whitelist", "[swarm, " + HERE + ", " + ELSEWHERE + "]")
                .with("authority.acme.allowed-networks", "[" + OWN + ", " + HERE + ", " + ELSEWHERE + "]")
                .with("authority.acme.http01-port", challenges)
                .with("agent.trust-window", "1s")
                .with("authority.port", 0)
                .with("authority.http-port", 0)
                .with("provisioning.port", 0)
                .with("broker.port", 0)
                .with("web.port", 0)
                .with("metrics.port", 0);
    }

    private LumiaProcess.Setup swarm(LumiaProcess system, String name, String range, int devices) {
        return LumiaProcess.swarm(directory.resolve(name))
                .argument("--devices", "" + devices, "--address-range", range, "--name-prefix", name)
                .argument("--provisioning-url", "http://127.0.0.1:" + system.port("provisioning"))
                .argument("--http01-port", "" + challenges, "--metrics-port", "0", "--ramp", LONG ? "40/s" : "20/s")
                .argument("--telemetry-interval", LONG ? "5s" : "500ms")
                .argument("--json", directory.resolve(name + ".json").toString())
                .with("agent.trust-window", LONG ? "20s" : "2s");
    }
}
