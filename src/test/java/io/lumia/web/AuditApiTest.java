package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.audit.AuditVerticle;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.config.AuditConfig;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RawHttp;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditApiTest {
    private static final TlsConfig TLS = new TlsConfig(TlsVersion.TLS_1_2, List.of(), false);

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(ScriptedAuthority.NOW);
    private int port;
    private String token = "";

    @TempDir
    Path data;

    @BeforeEach
    void deploy() throws Exception {
        FleetBus.install(vertx);
        Await.result(new ScriptedAuthority().serve(vertx));
        var audit = new AuditConfig(1 << 20, Duration.ofDays(7), Duration.ofDays(30), false);
        Await.result(vertx.deployVerticle(new AuditVerticle(audit, data, clock)));
        var web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)), TLS, data, clock);
        Await.result(vertx.deployVerticle(web));
        port = web.port();
        token = Files.readString(data.resolve("admin-token")).strip();
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void finds_what_an_operator_did_under_the_id_of_his_request() throws Exception {
        var revoked = RawHttp.send(
                "127.0.0.1",
                port,
                "POST /api/v1/certificates/abcdee/revoke",
                List.of(
                        "Authorization: Bearer " + token,
                        "Content-Type: application/json",
                        "X-Request-Id: ticket-4711-a"),
                "{\"reason\":\"keyCompromise\"}");
        assertThat(revoked.head()).containsIgnoringCase("x-request-id: ticket-4711-a");
        Await.until(
                vertx,
                "it is found",
                () -> json(get("/audit?correlation=ticket-4711-a"))
                                .path("entries")
                                .size()
                        == 1);
        var act = json(get("/audit?correlation=ticket-4711-a")).path("entries").get(0);
        assertThat(act.path("action").asText()).isEqualTo("certificate.revoke");
        assertThat(act.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(act.path("outcome").asText()).isEqualTo("refused");
    }

    @Test
    void pages_filters_and_says_when_there_is_more() {
        tell(30);
        var page = json(get("/audit?actor=operator&page=1&size=10"));
        assertThat(page.path("entries").size()).isEqualTo(10);
        assertThat(page.path("more").asBoolean()).isTrue();
        assertThat(page.path("entries").get(0).path("object").asText()).isEqualTo("object-19");
        assertThat(json(get("/audit?object=object-7")).path("entries").size()).isEqualTo(1);
        assertThat(json(get("/audit?query=BJECT-29")).path("entries").size()).isEqualTo(1);
        assertThat(json(get("/audit?to=2000-01-01T00:00:00Z")).path("entries").size())
                .isZero();
    }

    @Test
    void takes_moments_of_any_age() {
        tell(3);
        for (String early : List.of("-292275054-01-01T00:00:00Z", "0588-09-02T04:04:25Z")) {
            var since = json(get("/audit?actor=operator&from=" + early)).path("entries");
            assertThat(since.size()).as(early).isEqualTo(3);
            assertThat(json(get("/audit?to=" + early)).path("entries").size())
                    .as(early)
                    .isZero();
        }
        for (String late : List.of("9999-01-01T00:00:00Z", "%2B292278993-01-01T00:00:00Z")) {
            var until = json(get("/audit?actor=operator&to=" + late)).path("entries");
            assertThat(until.size()).as(late).isEqualTo(3);
        }
        assertThat(get("/audit?to=%2B999999999-01-01T00:00:00Z").status()).isEqualTo(400);
    }

    @Test
    void exports_everything_as_json_lines_and_audits_that() throws Exception {
        tell(2500);
        var reply = get("/audit?format=jsonl&actor=operator");
        assertThat(reply.head()).containsIgnoringCase("application/x-ndjson").contains("lumia-audit.jsonl");
        assertThat(reply.body().lines().filter(line -> line.startsWith("{\"number\"")))
                .hasSize(2500);
        Await.until(
                vertx,
                "the export is audited",
                () -> json(get("/audit?action=audit.export")).path("entries").size() == 1);
    }

    @Test
    void exports_csv_in_which_nothing_becomes_a_formula() {
        for (String evil : List.of("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\ttab", "say \"hi\", twice")) {
            FleetBus.AUDITED.publish(vertx, new Audited(clock.instant(), "operator", "test", evil, "ok", Map.of()));
        }
        Await.until(
                vertx,
                "all are there",
                () -> json(get("/audit?actor=operator")).path("entries").size() == 6);
        var reply = RawHttp.send(
                "127.0.0.1",
                port,
                "GET /api/v1/audit?actor=operator",
                List.of("Authorization: Bearer " + token, "Accept: text/csv"),
                "");
        assertThat(reply.head()).containsIgnoringCase("text/csv");
        assertThat(reply.body())
                .contains("\"number\",\"at\",\"actor\"")
                .contains("\"'=cmd|' /C calc'!A0\"", "\"'+1+1\"", "\"'-2+3\"", "\"'@SUM(A1)\"", "\"'\ttab\"")
                .contains("\"say \"\"hi\"\", twice\"")
                .doesNotContain("\"=cmd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/audit?format=xml",
                "/audit?from=yesterday",
                "/audit?size=0",
                "/audit?page=1000000&size=1000",
                "/certificates/xyz/history"
            })
    void names_what_is_wrong_with_a_request(String path) {
        var reply = get(path);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.body()).contains("urn:lumia:problem:");
    }

    @Test
    void nothing_is_known_of_a_stranger() {
        assertThat(get("/certificates/1/history").status()).isEqualTo(404);
        assertThat(get("/audit?subject=nobody").status()).isEqualTo(200);
        assertThat(RawHttp.send("127.0.0.1", port, "GET /api/v1/audit", List.of(), "")
                        .status())
                .isEqualTo(401);
    }

    private void tell(int acts) {
        for (int i = 0; i < acts; i++) {
            FleetBus.AUDITED.publish(
                    vertx,
                    new Audited(clock.instant().plusMillis(i), "operator", "test", "object-" + i, "ok", Map.of()));
        }
        Await.until(
                vertx,
                "all are written",
                () -> json(get("/audit?object=object-" + (acts - 1)))
                                .path("entries")
                                .size()
                        == 1);
    }

    private Reply get(String path) {
        return RawHttp.send("127.0.0.1", port, "GET /api/v1" + path, List.of("Authorization: Bearer " + token), "");
    }

    private static JsonNode json(Reply reply) {
        try {
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            return new ObjectMapper().readTree(reply.body());
        } catch (com.fasterxml.jackson.core.JsonProcessingException malformed) {
            throw new AssertionError(reply.body(), malformed);
        }
    }
}
