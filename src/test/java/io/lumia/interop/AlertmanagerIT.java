package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lumia.fakes.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device misses its renewal: a real Prometheus notices, a real Alertmanager tells, and tells again when the device has renewed. */
class AlertmanagerIT {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long LOOK_EVERY_NANOS = 200_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ALERT = "LumiaRenewalsOverdue";
    private static final String DEVICE = "dev-0001";

    private final HttpClient http = HttpClient.newHttpClient();
    private final int challenges = FreePort.anywhere();
    private final int alertmanagerPort = FreePort.anywhere();
    private final int prometheusPort = FreePort.anywhere();
    /** What the webhook was told, alert by alert. */
    private final List<JsonNode> told = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    @Test
    void a_missed_renewal_is_told_and_its_end_as_well() throws Exception {
        ExternalProgram.find("prometheus", Map.of(), directory);
        ExternalProgram.find("prometheus-alertmanager", Map.of(), directory);
        var webhook = webhook();
        var lumia = shortLived();
        try (var alertmanager = alertmanager(webhook.getAddress().getPort());
                var prometheus = prometheus(lumia.metricsPort())) {
            await(
                    "the first scrape",
                    () -> json(prometheusPort, "/api/v1/query?query=lumia_renewals_overdue")
                                    .path("data")
                                    .path("result")
                                    .size()
                            > 0);
            var before = serials(lumia);
            try (var challengesOfTheDevice = occupied(lumia)) {
                assertThat(challengesOfTheDevice.isBound()).isTrue();
                await("the alert fires", () -> isTold("firing"));
                assertThat(json(alertmanagerPort, "/api/v2/alerts?active=true").findValuesAsText("alertname"))
                        .contains(ALERT);
                assertThat(lumia.metric("lumia_acme_renewal_failure_total")).isPositive();
                assertThat(serials(lumia)).as("it did not renew").isEqualTo(before);
            }
            await("the device renews", () -> !serials(lumia).equals(before));
            await("the alert is resolved", () -> isTold("resolved"));
            assertThat(alertmanager.process().isAlive() && prometheus.process().isAlive())
                    .isTrue();
        } finally {
            lumia.stop();
            webhook.stop(0);
        }
    }

    /** Certificates of a minute, renewed after at most 24 seconds: one that is missed is overdue for half a minute before it ends. */
    private RunningLumia shortLived() throws Exception {
        return new RunningLumia(
                directory.resolve("data"),
                "127.89.0.0/16",
                2,
                "authority.acme.http01-port=" + challenges,
                "lifetimes.device=60s",
                "renewal.remaining-lifetime=0.6",
                "renewal.spread=0.1",
                "agent.overlap=2s",
                "agent.retry-longest=2s");
    }

    /** Where the device would answer the CA's challenge somebody else listens, so that it can prove nothing. */
    private ServerSocket occupied(RunningLumia lumia) throws Exception {
        var address = JSON.readTree(lumia.get("/devices?query=" + DEVICE))
                .path("devices")
                .path(0)
                .path("address")
                .asText();
        return taken(InetAddress.getByName(address));
    }

    /** The device may just be answering a challenge there. */
    private ServerSocket taken(InetAddress address) throws Exception {
        var taken = new ServerSocket();
        await("the port of challenges is free", () -> {
            try {
                taken.bind(new InetSocketAddress(address, challenges));
                return true;
            } catch (IOException inUse) {
                return false;
            }
        });
        return taken;
    }

    private static List<String> serials(RunningLumia lumia) throws Exception {
        return JSON.readTree(lumia.get("/devices?query=" + DEVICE)).findValuesAsText("latestSerial");
    }

    private ExternalProgram.Running prometheus(int lumia) throws Exception {
        var rules = Path.of("grafana", "prometheus").toAbsolutePath();
        var alerts = Files.readString(rules.resolve("alerts.yml"));
        assertThat(alerts).contains("alert: " + ALERT);
        var soon =
                Files.writeString(directory.resolve("alerts.yml"), alerts.replaceAll("(?m)^( +for:) \\S+$", "$1 2s"));
        var file = Files.writeString(
                directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: ["%s/recordings.yml", "%s"]
                alerting:
                  alertmanagers:
                    - static_configs: [{targets: ["127.0.0.1:%d"]}]
                scrape_configs:
                  - job_name: lumia
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(rules, soon, alertmanagerPort, lumia));
        var running = ExternalProgram.find("prometheus", Map.of(), directory)
                .begin(
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.resolve("series"),
                        "--web.listen-address=127.0.0.1:" + prometheusPort);
        running.awaitPrinted("Server is ready to receive web requests");
        return running;
    }

    private ExternalProgram.Running alertmanager(int webhook) throws Exception {
        var file = Files.writeString(directory.resolve("alertmanager.yml"), """
                route: {receiver: test, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
                receivers:
                  - name: test
                    webhook_configs: [{url: "http://127.0.0.1:%d/"}]
                """.formatted(webhook));
        var running = ExternalProgram.find("prometheus-alertmanager", Map.of(), directory)
                .begin(
                        "--config.file=" + file,
                        "--storage.path=" + directory.resolve("silences"),
                        "--web.listen-address=127.0.0.1:" + alertmanagerPort,
                        "--cluster.listen-address=");
        running.awaitPrinted("Listening on");
        return running;
    }

    private HttpServer webhook() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::hear);
        server.start();
        return server;
    }

    private void hear(HttpExchange exchange) throws IOException {
        try (exchange) {
            JSON.readTree(exchange.getRequestBody()).path("alerts").forEach(told::add);
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private boolean isTold(String status) {
        return told.stream()
                .anyMatch(alert -> alert.path("status").asText().equals(status)
                        && alert.path("labels").path("alertname").asText().equals(ALERT));
    }

    private JsonNode json(int port, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("%s; told: %s", what, told).isLessThan(end);
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }
}
