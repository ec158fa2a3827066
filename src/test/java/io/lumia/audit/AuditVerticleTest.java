package io.lumia.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.config.AuditConfig;
import io.lumia.fakes.Await;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditVerticleTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path data;

    @BeforeEach
    void install() {
        FleetBus.install(vertx);
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void writes_every_act_in_order_and_nothing_is_lost_at_the_stop() throws Exception {
        var id = Await.result(vertx.deployVerticle(new AuditVerticle(
                new AuditConfig(1 << 20, Duration.ofDays(7), Duration.ofDays(30), true), data, Clock.systemUTC())));
        vertx.runOnContext(go -> {
            for (int i = 0; i < 500; i++) {
                FleetBus.AUDITED.publish(vertx, act(Integer.toString(i)));
            }
        });
        awaitLast("499");
        Await.result(vertx.undeploy(id));
        var lines = Files.readAllLines(file());
        assertThat(lines.size()).isEqualTo(501);
        for (int i = 0; i < 500; i++) {
            assertThat(new ObjectMapper()
                            .readTree(lines.get(i + 1))
                            .path("object")
                            .asText())
                    .isEqualTo(Integer.toString(i));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void nobody_forges_a_line() throws Exception {
        var id = Await.result(vertx.deployVerticle(new AuditVerticle(
                new AuditConfig(1 << 20, Duration.ofDays(7), Duration.ofDays(30), true), data, Clock.systemUTC())));
        FleetBus.AUDITED.publish(vertx, act("x\n{\"actor\":\"operator\"}\r\u001b[31m"));
        FleetBus.AUDITED.publish(vertx, act("last"));
        awaitLast("last");
        Await.result(vertx.undeploy(id));
        assertThat(Files.readString(file()).chars().filter(c -> c < 0x20 && c != '\n'))
                .isEmpty();
        assertThat(Files.readAllLines(file())).hasSize(3);
    }

    @Test
    void takes_away_a_line_that_a_crash_cut_short() throws Exception {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "{\"at\":\"20");
        var id = Await.result(vertx.deployVerticle(new AuditVerticle(
                new AuditConfig(1 << 20, Duration.ofDays(7), Duration.ofDays(30), true), data, Clock.systemUTC())));
        FleetBus.AUDITED.publish(vertx, act("last"));
        awaitLast("last");
        Await.result(vertx.undeploy(id));
        assertThat(Files.readAllLines(file())).hasSize(3);
    }

    private Path file() {
        return data.resolve("logs/audit.jsonl");
    }

    private void awaitLast(String object) {
        Await.until(vertx, object + " is written", () -> content().contains("\"object\":\"" + object + "\""));
    }

    private String content() {
        try {
            return Files.readString(file());
        } catch (java.io.IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    private static Audited act(String object) {
        return new Audited(Instant.EPOCH, "operator", "test", object, "ok", Map.of("key", "value"));
    }
}
