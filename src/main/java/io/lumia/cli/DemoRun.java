package io.lumia.cli;

import static io.lumia.bus.FleetBus.BROKER_STATISTICS;
import static io.lumia.bus.FleetBus.DELIVERY_STATISTICS;
import static io.lumia.bus.FleetBus.SWITCH_PROVISIONING;

import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.bus.FleetBus.ReadDeliveryStatistics;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.config.CannotStart;
import io.lumia.config.Durations;
import io.lumia.config.LumiaConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Plays one demonstration against a system of its own. Runs on the command's thread, which may wait. */
final class DemoRun {
    private static final Duration FIRST_CONNECTIONS = Duration.ofSeconds(60);
    /** Endings that are not the broker's doing, or are what the identity itself asked for (architecture, way 2). */
    private static final Set<String> NOT_DROPPED = Set.of("client", "taken_over", "revoked");

    private static final int RENEWALS = 2;

    private final LumiaConfig config;
    private final DemoStory story;
    private final FleetProcess fleet;
    private final Observations seen = new Observations();

    DemoRun(LumiaConfig config, Clock clock, DemoStory story) {
        this.config = config;
        this.story = story;
        this.fleet = new FleetProcess(config, clock);
    }

    /** Whether every check held. @throws CannotStart when the system does not start */
    boolean play(Demonstration demonstration) throws InterruptedException, IOException {
        story.tell("%s, with %d devices", demonstration.title(), config.swarm().devices());
        complete(seen.listen(fleet.vertx()));
        try {
            begin();
            switch (demonstration) {
                case BOOTSTRAP -> bootstrap();
                case NORMAL -> normal();
                case RENEWAL -> renewal();
            }
        } finally {
            complete(fleet.stop());
        }
        return story.end();
    }

    private void begin() throws InterruptedException {
        story.step("Start from an empty data directory, %s", config.data());
        complete(fleet.start());
        var addresses = await(fleet.addresses());
        ReadyLines.of(config, addresses).forEach(line -> story.tell("%s", line));
        story.step("The application and every device enrol, obtain a certificate and connect");
        int expected = identities().size();
        boolean all = seen.await(FIRST_CONNECTIONS, so -> so.connected() >= expected);
        story.check(all, "%d of %d identities are connected by mTLS", seen.connected(), expected);
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
        var addresses = await(fleet.addresses());
        story.check(enrol(addresses.provisioningPort()) == 403, "127.0.0.1 is refused with 403");
        story.step("The operator turns provisioning off, which clears the whitelist");
        var state = await(SWITCH_PROVISIONING.ask(fleet.vertx(), new SwitchProvisioning(false, null, "demo")));
        story.check(state.whitelist().isEmpty(), "the whitelist is empty");
        story.check(enrol(addresses.provisioningPort()) == 503, "everybody is answered 503");
        story.check(seen.connected() == identities, "%d identities are connected as before", seen.connected());
    }

    private void normal() throws InterruptedException, IOException {
        story.step("Telemetry flows for ten intervals");
        var before = await(delivery());
        long wanted = received(before) + 10L * config.swarm().devices();
        boolean flowing = seen.await(
                config.swarm().telemetryInterval().multipliedBy(20), so -> received(await(delivery())) >= wanted);
        var after = await(delivery());
        story.check(flowing, "the application received %d messages", received(after) - received(before));
        story.check(after.lost() == 0, "%d lost, by sequence number", after.lost());
        var slowest = after.byQos().values().stream()
                .mapToDouble(histogram -> quantile(histogram, 0.99))
                .max()
                .orElse(Double.POSITIVE_INFINITY);
        story.check(slowest <= 1, "99 of 100 arrived within %.3f s", slowest);
        story.step("A stranger without a certificate knocks at the broker");
        var addresses = await(fleet.addresses());
        story.check(
                await(Stranger.isTurnedAway(fleet.vertx(), config.tls(), addresses.brokerPort())),
                "the broker turns it away");
        story.step("The metrics tell the same");
        var metrics = get("http://127.0.0.1:" + addresses.metricsPort() + "/metrics");
        var line = "lumia_mqtt_connections " + (double) identities().size();
        story.check(metrics.contains(line), "%s", line);
    }

    private void renewal() throws InterruptedException {
        var clients = identities();
        var lifetime = config.lifetimes().of(Profile.DEVICE);
        story.step(
                "Certificates live %s; watch until the broker's and all %d clients' were replaced %d times",
                Durations.text(lifetime), clients.size(), RENEWALS);
        var before = await(delivery());
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
        var after = await(delivery());
        var broker = await(BROKER_STATISTICS.ask(fleet.vertx(), new ReadBrokerStatistics()));
        story.tell("connections ended: %s", broker.disconnects());
        story.check(
                received(after) > received(before), "%d QoS 1 messages arrived", received(after) - received(before));
        story.check(dropped(broker) == 0, "%d connections dropped", dropped(broker));
        story.check(after.lost() == 0, "%d messages lost, %d came twice", after.lost(), after.duplicated());
        story.check(seen.failedRenewals() == 0, "%d renewals failed", seen.failedRenewals());
        story.check(seen.connected() == clients.size(), "%d identities are connected", seen.connected());
    }

    private Future<DeliveryStatistics> delivery() {
        return DELIVERY_STATISTICS.ask(fleet.vertx(), new ReadDeliveryStatistics());
    }

    private List<String> identities() {
        var identities = new ArrayList<String>();
        identities.add(config.app().name().value());
        for (int i = 1; i <= config.swarm().devices(); i++) {
            identities.add(config.swarm().name(i).value());
        }
        return identities;
    }

    private static long dropped(BrokerStatistics broker) {
        return broker.disconnects().entrySet().stream()
                .filter(ended -> !NOT_DROPPED.contains(ended.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static long received(DeliveryStatistics delivery) {
        return delivery.byQos().values().stream()
                .flatMap(histogram -> histogram.counts().stream())
                .mapToLong(Long::longValue)
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

    private static int enrol(int port) throws IOException, InterruptedException {
        var csr = CertificateRequest.create(KeyPairs.p256(), "dev-9999", List.of());
        var body = new JsonObject().put("device", "dev-9999").put("csr", csr).encode();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/certificates"))
                .header("content-type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
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

    private static void complete(Future<?> future) {
        var unused = await(future);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new CannotStart("a part of the demonstration did not answer within a minute", late);
        }
    }
}
