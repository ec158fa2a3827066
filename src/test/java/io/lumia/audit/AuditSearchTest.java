package io.lumia.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuditCursor;
import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.AuditPage;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.SearchAudit;
import io.lumia.config.AuditConfig;
import io.lumia.fakes.Await;
import io.lumia.store.AuditIndex;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditSearchTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
    private static final AuditConfig CONFIG = new AuditConfig(1 << 16, Duration.ofDays(7), Duration.ofDays(30), true);

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
    void finds_what_was_told_before_the_question_newest_first() {
        start();
        tell(5, "dev-0001");
        tell(5, "dev-0002");
        awaitFound(5, "dev-0002");
        awaitFound(5, "dev-0001");
        var page = search(asked("dev-0001", null, null, 3));
        assertThat(page.current()).isTrue();
        assertThat(page.more()).isTrue();
        assertThat(page.entries())
                .extracting(entry -> entry.act().details().get("number"))
                .containsExactly("4", "3", "2");
        var last = page.entries().get(2);
        var next = search(new SearchAudit(
                null, "dev-0001", null, null, null, null, null, null, null, new AuditCursor(0, last.sequence()), 3));
        assertThat(next.entries())
                .extracting(entry -> entry.act().details().get("number"))
                .containsExactly("1", "0");
        assertThat(next.more()).isFalse();
    }

    @Test
    void finds_by_each_member_and_by_parts() {
        start();
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        BEGIN,
                        "acme account 77",
                        "certificate.issue",
                        "0a1b2c",
                        "ok",
                        Map.of("identity", "dev-0003"),
                        "192.0.2.9",
                        "request-0001"));
        tell(3, "dev-0001");
        awaitFound(3, "dev-0001");
        awaitFound(1, "dev-0003");
        for (var asked : List.of(
                asked("dev-0003", null, null, 9),
                asked("0a1b2c", null, null, 9),
                asked("77", null, null, 9),
                asked(null, "certificate.", null, 9),
                asked(null, "certificate.issue", null, 9),
                asked(null, null, "2.0.2.9", 9),
                asked(null, null, "EQUEST-0001", 9),
                new SearchAudit(
                        null, null, "acme account 77", null, null, null, null, null, null, AuditCursor.NEWEST, 9),
                new SearchAudit(
                        null,
                        null,
                        null,
                        null,
                        "0a1b2c",
                        "ok",
                        "request-0001",
                        BEGIN,
                        BEGIN.plusSeconds(1),
                        AuditCursor.NEWEST,
                        9))) {
            assertThat(search(asked).entries())
                    .as(asked.toString())
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.act().address()).isEqualTo("192.0.2.9");
                        assertThat(entry.act().correlation()).isEqualTo("request-0001");
                    });
        }
        assertThat(search(asked(null, null, "50%", 9)).entries()).isEmpty();
        assertThat(search(new SearchAudit(null, null, null, null, null, null, null, null, BEGIN, AuditCursor.NEWEST, 9))
                        .entries())
                .isEmpty();
    }

    @Test
    void makes_the_index_anew_from_all_files_when_it_is_gone_or_damaged() throws Exception {
        var id = start();
        tellInParts();
        Await.result(vertx.undeploy(id));
        assertThat(new LogFiles(data.resolve("logs")).rotated()).isNotEmpty();
        for (String damage : List.of("", "this is no database, whatever it is called; it is text")) {
            for (String part : List.of("-wal", "-shm")) {
                var unused = Files.deleteIfExists(data.resolve(AuditIndex.NAME + part));
            }
            Files.delete(data.resolve(AuditIndex.NAME));
            if (!damage.isEmpty()) {
                Files.writeString(data.resolve(AuditIndex.NAME), damage.repeat(100));
            }
            id = start();
            Await.until(vertx, "everything is found", () -> all().size() == 700);
            Await.result(vertx.undeploy(id));
        }
    }

    @Test
    void forgets_what_the_retention_removed() {
        var id = start();
        tellInParts();
        Await.result(vertx.undeploy(id));
        deploy(BEGIN.plus(Duration.ofDays(60)));
        Await.until(vertx, "the files are removed", () -> all().size() < 400);
        var found = Verifying.of(data);
        assertThat(found.findings()).isEmpty();
        assertThat((long) all().size()).isLessThan(found.lines());
    }

    /** Files are put aside between two writes. */
    private void tellInParts() {
        for (int told = 100; told <= 700; told += 100) {
            int all = told;
            tell(100, "dev-0001");
            Await.until(vertx, "all are found", () -> all().size() == all);
        }
    }

    /** Acts that are told from outside an event loop may come behind a question. */
    private void awaitFound(int acts, String device) {
        Await.until(
                vertx,
                "acts are found",
                () -> search(asked(device, null, null, 1000)).entries().size() == acts);
    }

    private String start() {
        return deploy(BEGIN);
    }

    private String deploy(Instant now) {
        return Await.result(vertx.deployVerticle(new AuditVerticle(CONFIG, data, Clock.fixed(now, ZoneOffset.UTC))));
    }

    private List<AuditEntry> all() {
        return search(asked("dev-0001", null, null, 1000)).entries();
    }

    private AuditPage search(SearchAudit asked) {
        return Await.result(FleetBus.SEARCH_AUDIT.ask(vertx, asked));
    }

    private static SearchAudit asked(
            @Nullable String subject, @Nullable String action, @Nullable String query, int size) {
        return new SearchAudit(query, subject, null, action, null, null, null, null, null, AuditCursor.NEWEST, size);
    }

    private void tell(int acts, String device) {
        for (int i = 0; i < acts; i++) {
            FleetBus.AUDITED.publish(
                    vertx,
                    new Audited(
                            BEGIN.plusMillis(i),
                            "device " + device,
                            "mqtt.connect",
                            device,
                            "refused",
                            Map.of("number", Integer.toString(i))));
        }
    }

    /** Without checked exceptions. */
    private static final class Verifying {
        static Verification.Result of(Path data) {
            try {
                return Verification.ofDirectory(data, List.of());
            } catch (java.io.IOException unreadable) {
                throw new java.io.UncheckedIOException(unreadable);
            }
        }
    }
}
