package io.lumia.cli;

import static io.lumia.bus.FleetBus.DELIVERY_STATISTICS;

import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.ReadDeliveryStatistics;
import io.lumia.config.CannotStart;
import io.lumia.config.LumiaConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The system that a demonstration plays with, from one start to its stop. Blocks; for the command's thread. */
final class DemoFleet {
    private static final Duration CONNECTIONS = Duration.ofSeconds(60);

    private final LumiaConfig config;
    private final FleetProcess process;
    private final Observations seen = new Observations();

    DemoFleet(LumiaConfig config, Clock clock) {
        this.config = config;
        this.process = new FleetProcess(config, clock);
        complete(seen.listen(process.vertx()));
    }

    /** Tells where everything listens. @throws CannotStart when the system does not start */
    void start(DemoStory story) {
        complete(process.start());
        ReadyLines.of(config, addresses()).forEach(line -> story.tell("%s", line));
    }

    void stop() {
        complete(process.stop());
    }

    Vertx vertx() {
        return process.vertx();
    }

    Observations seen() {
        return seen;
    }

    FleetProcess.Addresses addresses() {
        return await(process.addresses());
    }

    /** Whether every identity was connected in time. */
    boolean allConnect() throws InterruptedException {
        int expected = identities(config).size();
        return seen.await(CONNECTIONS, so -> so.connected() >= expected);
    }

    /** Whether the application received so many messages since the start, before twice that many intervals had passed. */
    boolean receives(long wanted, long intervals) throws InterruptedException {
        return seen.await(
                config.swarm().telemetryInterval().multipliedBy(2 * intervals), so -> received(delivery()) >= wanted);
    }

    DeliveryStatistics delivery() {
        return await(DELIVERY_STATISTICS.ask(vertx(), new ReadDeliveryStatistics()));
    }

    /** What provisioning answers somebody who is not of the fleet: an HTTP status. */
    int enrolStranger() throws IOException, InterruptedException {
        var csr = CertificateRequest.create(KeyPairs.p256(), "dev-9999", List.of());
        var body = new JsonObject().put("device", "dev-9999").put("csr", csr).encode();
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + addresses().provisioningPort() + "/v1/certificates"))
                .header("content-type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    /** The admin API, as the operator that has the first token. */
    AdminClient operator() throws IOException {
        var token = Files.readString(config.data().resolve("admin-token")).strip();
        return new AdminClient(
                HttpClient.newHttpClient(),
                URI.create("http://127.0.0.1:" + addresses().webPort()),
                token);
    }

    /** The application and the devices. */
    static List<String> identities(LumiaConfig config) {
        var identities = new ArrayList<String>();
        identities.add(config.app().name().value());
        for (int i = 1; i <= config.swarm().devices(); i++) {
            identities.add(config.swarm().name(i).value());
        }
        return identities;
    }

    static long received(DeliveryStatistics delivery) {
        return delivery.byQos().values().stream()
                .flatMap(histogram -> histogram.counts().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new CannotStart("a part of the demonstration did not answer within a minute", late);
        }
    }

    static void complete(Future<?> future) {
        var unused = await(future);
    }
}
