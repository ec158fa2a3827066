package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.FreePort;
import io.lumia.interop.QuickRules;
import io.lumia.interop.ScrapingPrometheus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CA, broker and fleet in a process each; the CA, then the broker is killed and comes back, and a real Prometheus tells of it. */
class RestartAlertsIT {
    private static final int DEVICES = 4;

    @TempDir
    Path directory;

    private final int challenges = FreePort.anywhere();
    private final int provisioning = FreePort.anywhere();
    private final int admin = FreePort.anywhere();
    private final int mqtt = FreePort.anywhere();
    private final Map<String, Integer> metrics = Map.of(
            "lumia-ca", FreePort.anywhere(), "lumia-broker", FreePort.anywhere(), "lumia-fleet", FreePort.anywhere());
    private final int authority = FreePort.anywhere();
    private final int plain = FreePort.anywhere();

    @Test
    void of_the_ca_and_of_the_broker() throws Exception {
        try (var ca = authority().start()) {
            ca.awaitReady();
            try (var broker = broker().start()) {
                broker.awaitReady();
                try (var fleet = fleet().start()) {
                    fleet.awaitReady();
                    broker.awaitConnections(DEVICES + 1);
                    try (var prometheus = prometheus()) {
                        fleet.await(
                                "all are scraped",
                                () -> prometheus.series("up == 1").size() == 3);
                        assertThat(firing(prometheus)).doesNotContainKey("LumiaTargetDown");
                        restart_of_the_ca(ca, broker, fleet, prometheus);
                    }
                }
            }
        }
    }

    /** Devices stay connected, keep what they have, and renew again when it is back. */
    private void restart_of_the_ca(
            LumiaProcess ca, LumiaProcess broker, LumiaProcess fleet, ScrapingPrometheus prometheus) throws Exception {
        ca.kill();
        fleet.await("the CA is told of", () -> isDown(prometheus, "lumia-ca"));
        fleet.await("renewals fail", () -> firing(prometheus).containsKey("LumiaRenewalFailureRatio"));
        assertThat(fleet.metric("lumia_acme_renewal_failure_total", "reason=\"unreachable\""))
                .isPositive();
        double before = fleet.metric("lumia_acme_renewal_success_total");
        try (var again = authority().start()) {
            again.awaitReady();
            fleet.await("renewals go on", () -> fleet.metric("lumia_acme_renewal_success_total") > before);
            fleet.await("that is told", () -> !isDown(prometheus, "lumia-ca"));
            assertThat(broker.metric("lumia_mqtt_disconnects_total", "reason=\"connection_lost\""))
                    .isZero();
            assertThat(broker.metric("lumia_mqtt_disconnects_total", "reason=\"expired\""))
                    .isZero();
            restart_of_the_broker(broker, fleet, prometheus);
        }
    }

    /** All come back to their sessions, and nothing that was acknowledged is missing. */
    private void restart_of_the_broker(LumiaProcess broker, LumiaProcess fleet, ScrapingPrometheus prometheus)
            throws Exception {
        assertThat(isDown(prometheus, "lumia-broker")).isFalse();
        broker.kill();
        fleet.await("the broker is told of", () -> isDown(prometheus, "lumia-broker"));
        assertThat(isDown(prometheus, "lumia-fleet")).isFalse();
        try (var again = broker().start()) {
            again.awaitReady();
            again.awaitConnections(DEVICES + 1);
            fleet.await("that is told", () -> !isDown(prometheus, "lumia-broker"));
            double heard = fleet.metric("lumia_mqtt_delivery_seconds_count");
            fleet.await(
                    "telemetry goes on", () -> fleet.metric("lumia_mqtt_delivery_seconds_count") > heard + 2 * DEVICES);
            assertThat(fleet.metric("lumia_mqtt_sequence_gaps_total", "kind=\"lost\""))
                    .isZero();
        }
    }

    private static boolean isDown(ScrapingPrometheus prometheus, String job) throws Exception {
        return !prometheus
                .series("ALERTS{alertstate=\"firing\",alertname=\"LumiaTargetDown\",job=\"" + job + "\"}")
                .isEmpty();
    }

    private static Map<String, Double> firing(ScrapingPrometheus prometheus) throws Exception {
        return prometheus.firedFirst("job!=\"\"");
    }

    private ScrapingPrometheus prometheus() throws IOException, InterruptedException {
        var targets = new TreeMap<String, String>();
        metrics.forEach((job, port) -> targets.put(job, "127.0.0.1:" + port));
        return new ScrapingPrometheus(directory, QuickRules.allIn(directory), targets);
    }

    private LumiaProcess.Setup authority() {
        return alone("lumia-ca", "[authority,provisioning,web,metrics]")
                .with("authority.port", authority)
                .with("authority.http-port", plain)
                .with("web.port", admin)
                .with("provisioning.port", provisioning)
                .with("provisioning.enabled", true)
                .with("provisioning.whitelist", LumiaProcess.range(7))
                .with("authority.acme.http01-port", challenges)
                .with("authority.acme.allowed-networks", LumiaProcess.range(7))
                .with("broker.port", mqtt)
                .with("lifetimes.device", "150s");
    }

    private LumiaProcess.Setup broker() {
        return alone("lumia-broker", "[broker,metrics]")
                .with("upstream.url", "http://127.0.0.1:" + admin)
                .with("upstream.token-file", directory.resolve("lumia-ca").resolve("admin-token"))
                .with("broker.port", mqtt);
    }

    /**
     * Each renews some ten seconds after it got its certificate, so that an outage is noticed long before one ends; and tries again by a schedule
     * of seconds rather than at any moment of what the certificate has left.
     */
    private LumiaProcess.Setup fleet() {
        return alone("lumia-fleet", "[app,swarm,metrics]")
                .with("agent.provisioning-url", "http://127.0.0.1:" + provisioning)
                .with("agent.http01-port", challenges)
                .with("agent.retry-longest", "120s")
                .with("renewal.remaining-lifetime", "0.92")
                .with("renewal.spread", "0.04")
                .with("swarm.devices", DEVICES)
                .with("swarm.telemetry-interval", "300ms")
                .with("swarm.address-range", LumiaProcess.range(7));
    }

    private LumiaProcess.Setup alone(String name, String parts) {
        return LumiaProcess.run(directory.resolve(name))
                .argument("--profile", "reference")
                .with("parts", parts)
                .with("metrics.port", metrics.get(name));
    }
}
