package io.lumia.cli;

import static io.lumia.bus.FleetBus.BROKER_STATISTICS;
import static io.lumia.bus.FleetBus.SWITCH_PROVISIONING;
import static io.lumia.cli.DemoFleet.await;
import static io.lumia.cli.DemoFleet.received;

import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.config.Durations;
import io.lumia.config.LumiaConfig;
import io.lumia.tls.IdentityFiles;
import io.lumia.x509.Profile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plays one demonstration against a system of its own. Runs on the command's thread, which may wait. */
final class DemoRun {
    /** Endings that are not the broker's doing, or are what the identity itself asked for (architecture, way 2). */
    private static final Set<String> NOT_DROPPED = Set.of("client", "taken_over", "revoked");

    private static final int RENEWALS = 2;

    private final LumiaConfig config;
    private final DemoStory story;
    private final DemoFleet fleet;
    private final Observations seen;

    DemoRun(LumiaConfig config, Clock clock, DemoStory story) {
        this.config = config;
        this.story = story;
        this.fleet = new DemoFleet(config, clock);
        this.seen = fleet.seen();
    }

    /** Whether every check held. @throws CannotStart when the system does not start */
    boolean play(Demonstration demonstration) throws InterruptedException, IOException {
        story.tell("%s, with %d devices", demonstration.title(), config.swarm().devices());
        try {
            begin();
            switch (demonstration) {
                case BOOTSTRAP -> bootstrap();
                case NORMAL -> normal();
                case RENEWAL -> renewal();
                case EXPIRY, NEW_DEVICE -> throw new IllegalArgumentException("has a run of its own");
            }
        } finally {
            fleet.stop();
        }
        return story.end();
    }

    private void begin() throws InterruptedException {
        story.step("Start from an empty data directory, %s", config.data());
        fleet.start(story);
        story.step("The application and every device enrol, obtain a certificate and connect");
        boolean all = fleet.allConnect();
        story.check(
                all,
                "%d of %d identities are connected by mTLS",
                seen.connected(),
                identities().size());
    }

    private void bootstrap() throws InterruptedException, IOException {
        story.step("The CA's keys are encrypted, and nobody but their owner can read them");
        for (String key : List.of("root.key", "intermediate.key")) {
            var file = config.data().resolve("ca").resolve(key);
            story.check(
                    Files.readString(file).contains("ENCRYPTED") && mode(file).equals("rw-------"),
                    "%s is encrypted, mode %s",
                    key,
                    mode(file));
        }
        story.step("Each identity was provisioned once, and its key stayed where it was made");
        int identities = identities().size();
        story.check(
                seen.issued(Profile.BOOTSTRAP) == identities,
                "%d bootstrap certificates for %d identities",
                seen.issued(Profile.BOOTSTRAP),
                identities);
        story.check(
                seen.issued(Profile.DEVICE) == identities,
                "%d device certificates, each ordered by ACME and proved by http-01 at the device's own address",
                seen.issued(Profile.DEVICE));
        for (String identity : identities()) {
            var key = config.data().resolve("identities").resolve(identity).resolve("current/key.pem");
            if (!mode(key).equals("rw-------")) {
                story.check(false, "the key of %s has mode %s", identity, mode(key));
            }
        }
        story.step("Somebody who is not on the whitelist asks for a certificate");
        story.check(fleet.enrolStranger() == 403, "127.0.0.1 is refused with 403");
        story.step("The operator turns provisioning off, which clears the whitelist");
        var state = await(SWITCH_PROVISIONING.ask(fleet.vertx(), new SwitchProvisioning(false, null, "demo")));
        story.check(state.whitelist().isEmpty(), "the whitelist is empty");
        story.check(fleet.enrolStranger() == 503, "everybody is answered 503");
        story.check(seen.connected() == identities, "%d identities are connected as before", seen.connected());
    }

    private void normal() throws InterruptedException, IOException {
        story.step("Telemetry flows for ten intervals");
        var before = fleet.delivery();
        long wanted = received(before) + 10L * config.swarm().devices();
        boolean flowing = fleet.receives(wanted, 10);
        var after = fleet.delivery();
        story.check(flowing, "the application received %d messages", received(after) - received(before));
        story.check(after.lost() == 0, "%d lost, by sequence number", after.lost());
        var slowest = after.byQos().values().stream()
                .mapToDouble(histogram -> quantile(histogram, 0.99))
                .max()
                .orElse(Double.POSITIVE_INFINITY);
        story.check(slowest <= 1, "99 of 100 arrived within %.3f s, of 1 s at most", slowest);
        long answered = after.commands().results().getOrDefault("answered", 0L);
        story.check(answered > 0, "devices answered %d commands of the application", answered);
        story.step("The metrics tell the same");
        var metrics = get("http://127.0.0.1:" + fleet.addresses().metricsPort() + "/metrics");
        var line = "lumia_mqtt_connections " + (double) identities().size();
        story.check(metrics.contains(line), "%s", line);
        keptApart();
        story.step("A stranger without a certificate knocks at the broker");
        story.check(
                await(Stranger.isTurnedAway(
                        fleet.vertx(), config.tls(), fleet.addresses().brokerPort())),
                "the broker turns it away");
    }

    private void keptApart() {
        var device = config.swarm().name(1).value();
        var other = "devices/" + config.swarm().name(2).value() + "/telemetry";
        story.step("%s tries the topics of another device, with its own certificate", device);
        var material =
                new IdentityFiles(config.data(), device).current().orElseThrow().material();
        int port = fleet.addresses().brokerPort();
        var own = await(Trespass.speaks(
                fleet.vertx(), config.tls(), port, device, material, "devices/" + device + "/responses"));
        var heard = await(Trespass.listens(fleet.vertx(), config.tls(), port, device, material, other));
        var told = await(Trespass.speaks(fleet.vertx(), config.tls(), port, device, material, other));
        story.check(!own.refused(), "it may publish to %s", own.topic());
        story.check(heard.refused(), "it may not hear %s", heard.topic());
        story.check(told.refused(), "it may not publish to %s", told.topic());
    }

    private void renewal() throws InterruptedException {
        var clients = identities();
        var lifetime = config.lifetimes().of(Profile.DEVICE);
        story.step(
                "Certificates live %s; watch until the broker's and all %d clients' were replaced %d times",
                Durations.text(lifetime), clients.size(), RENEWALS);
        var before = fleet.delivery();
        for (int round = 1; round <= RENEWALS; round++) {
            int wanted = round;
            boolean replaced = seen.await(
                    lifetime.multipliedBy(3),
                    so -> so.fewestRenewals(clients) >= wanted && so.renewals("broker") >= wanted);
            story.check(
                    replaced,
                    "replaced at least %d times: every client (the slowest %d times), the broker %d times, the CA's listener %d times",
                    wanted,
                    seen.fewestRenewals(clients),
                    seen.renewals("broker"),
                    seen.renewals("authority"));
        }
        story.step("Count what was dropped and what was lost meanwhile");
        var after = fleet.delivery();
        var broker = await(BROKER_STATISTICS.ask(fleet.vertx(), new ReadBrokerStatistics()));
        story.tell("connections ended: %s", broker.disconnects());
        story.check(
                received(after) > received(before), "%d QoS 1 messages arrived", received(after) - received(before));
        story.check(dropped(broker.disconnects()) == 0, "%d connections dropped", dropped(broker.disconnects()));
        story.check(after.lost() == 0, "%d messages lost, %d came twice", after.lost(), after.duplicated());
        story.check(seen.failedRenewals() == 0, "%d renewals failed", seen.failedRenewals());
        story.check(seen.connected() == clients.size(), "%d identities are connected", seen.connected());
    }

    private List<String> identities() {
        return DemoFleet.identities(config);
    }

    /** @param ended connections, by reason */
    static long dropped(Map<String, Long> ended) {
        return ended.entrySet().stream()
                .filter(one -> !NOT_DROPPED.contains(one.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** The upper bound of the bucket in which the quantile lies. */
    private static double quantile(Histogram histogram, double quantile) {
        long total = histogram.counts().stream().mapToLong(Long::longValue).sum();
        long seen = 0;
        for (int i = 0; i < histogram.upperBounds().size(); i++) {
            seen += histogram.counts().get(i);
            if (seen >= total * quantile) {
                return histogram.upperBounds().get(i);
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    private static String get(String url) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(10))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
