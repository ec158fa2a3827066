package io.lumia.expiry;

import static io.lumia.bus.FleetBus.CERTIFICATE_EXPIRING;
import static io.lumia.bus.FleetBus.HOOK_RUN;
import static io.lumia.bus.FleetBus.WATCHED_LOOKED_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateExpiring;
import io.lumia.bus.FleetBus.HookRun;
import io.lumia.bus.FleetBus.WatchedLookedAt;
import io.lumia.config.ExpiryConfig;
import io.lumia.config.HooksConfig;
import io.lumia.config.HostPort;
import io.lumia.config.WatchConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the monitor makes of findings, which a fake supplies. */
class WatchedTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant END = NOW.plus(Duration.ofDays(5));

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<CertificateExpiring> told = new CopyOnWriteArrayList<>();
    private final List<WatchedLookedAt> looked = new CopyOnWriteArrayList<>();
    private final List<HookRun> hooked = new CopyOnWriteArrayList<>();
    private final List<JsonObject> posted = new CopyOnWriteArrayList<>();
    private volatile Finding found = finding(Verdict.HEALTHY, true);
    private volatile int statusOfWebhook = 204;

    @BeforeEach
    void listen() {
        FleetBus.install(vertx);
        Await.result(CERTIFICATE_EXPIRING.listen(vertx, told::add));
        Await.result(WATCHED_LOOKED_AT.listen(vertx, looked::add));
        Await.result(HOOK_RUN.listen(vertx, hooked::add));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void each_change_of_level_is_told_once() {
        deploy(HooksConfig.none());
        awaitLooks(3);
        assertThat(told).isEmpty();

        found = finding(Verdict.WARNING, true);
        Await.until(vertx, "a warning", () -> told.size() == 1);
        awaitLooks(3);
        found = finding(Verdict.HEALTHY, true);
        Await.until(vertx, "healthy again", () -> told.size() == 2);

        assertThat(told)
                .containsExactly(
                        new CertificateExpiring("watched:site", END, "warning"),
                        new CertificateExpiring("watched:site", END, "healthy"));
    }

    @Test
    void every_look_is_told_for_the_metrics() {
        found = finding(Verdict.CRITICAL, false);
        deploy(HooksConfig.none());
        awaitLooks(1);
        assertThat(looked.get(0))
                .isEqualTo(new WatchedLookedAt("site", "broker.example:8883", false, NOW, END, "critical"));
    }

    @Test
    void a_webhook_gets_the_change_as_json_with_its_token() throws Exception {
        var server = webhook();
        var token = Files.writeString(directory.resolve("token"), "secret-token\n");
        deploy(new HooksConfig(server, token, List.of(), Duration.ofSeconds(5), 3));
        found = finding(Verdict.CRITICAL, false);
        Await.until(vertx, "a post", () -> posted.size() == 1);
        assertThat(posted.get(0).getString("identity")).isEqualTo("watched:site");
        assertThat(posted.get(0).getString("level")).isEqualTo("critical");
        assertThat(posted.get(0).getString("previousLevel")).isEqualTo("healthy");
        assertThat(posted.get(0).getString("notAfter")).isEqualTo(END.toString());
        assertThat(posted.get(0).getString("authorization")).isEqualTo("Bearer secret-token");
        Await.until(vertx, "its success", () -> hooked.contains(new HookRun("webhook", "done")));
    }

    @Test
    void a_webhook_that_refuses_is_tried_again() {
        statusOfWebhook = 503;
        deploy(new HooksConfig(webhook(), null, List.of(), Duration.ofSeconds(5), 5));
        found = finding(Verdict.CRITICAL, false);
        Await.until(vertx, "a failure", () -> hooked.contains(new HookRun("webhook", "failed")));
        statusOfWebhook = 200;
        Await.until(vertx, "its success", () -> hooked.contains(new HookRun("webhook", "done")));
        assertThat(posted).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void a_command_gets_the_change_in_its_environment() throws Exception {
        var file = directory.resolve("change");
        var script = "echo \"$LUMIA_IDENTITY $LUMIA_LEVEL $LUMIA_PREVIOUS_LEVEL $LUMIA_NOT_AFTER\" > " + file;
        deploy(new HooksConfig(null, null, List.of("/bin/sh", "-c", script), Duration.ofSeconds(20), 1));
        found = finding(Verdict.WARNING, true);
        Await.until(vertx, "its success", () -> hooked.contains(new HookRun("command", "done")));
        assertThat(Files.readString(file)).isEqualTo("watched:site warning healthy " + END + "\n");
    }

    @Test
    void a_command_that_takes_too_long_is_ended() {
        deploy(new HooksConfig(null, null, List.of("/bin/sleep", "1000"), Duration.ofMillis(100), 1));
        found = finding(Verdict.WARNING, true);
        Await.until(vertx, "the end", () -> hooked.contains(new HookRun("command", "given_up")));
        Await.until(
                vertx,
                "no process left",
                () -> ProcessHandle.current()
                        .children()
                        .flatMap(child -> child.info().arguments().stream())
                        .noneMatch(arguments -> List.of(arguments).contains("1000")));
    }

    private URI webhook() {
        var server = Await.result(vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    posted.add(body.toJsonObject().put("authorization", request.getHeader("Authorization")));
                    request.response().setStatusCode(statusOfWebhook).end();
                }))
                .listen(0, "127.0.0.1"));
        return URI.create("http://127.0.0.1:" + server.actualPort() + "/hook");
    }

    private void deploy(HooksConfig hooks) {
        var watch = new WatchConfig(
                null,
                null,
                HostPort.parse("broker.example:8883"),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        var config = new ExpiryConfig(
                Duration.ofMillis(5),
                Duration.ofDays(7),
                Duration.ofDays(3),
                Duration.ofSeconds(1),
                Map.of("site", watch),
                hooks);
        Await.result(vertx.deployVerticle(new ExpiryVerticle(config, new MovableClock(NOW), asked -> List.of(found))));
        // the level before the change is known
        awaitLooks(1);
    }

    private void awaitLooks(int more) {
        int before = looked.size();
        Await.until(vertx, more + " looks", () -> looked.size() >= before + more);
    }

    private static Finding finding(Verdict verdict, boolean up) {
        return new Finding("site", "broker.example:8883", verdict, NOW, END, "CN=broker", up, "");
    }
}
