package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.lumia.config.CannotStart;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RawHttp;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebVerticleTest {
    private static final TlsConfig TLS = new TlsConfig(TlsVersion.TLS_1_2, List.of(), false);
    private static final ProvisioningState ON =
            new ProvisioningState(true, ScriptedAuthority.NOW, List.of("127.0.0.2"), "operator");

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedAuthority authority = new ScriptedAuthority();
    private final MovableClock clock = new MovableClock(ScriptedAuthority.NOW);
    private final List<Audited> audited = new CopyOnWriteArrayList<>();
    private final List<SwitchProvisioning> switched = new CopyOnWriteArrayList<>();
    private final List<ChangeWhitelist> changed = new CopyOnWriteArrayList<>();
    private int port;
    private String token = "";

    @TempDir
    Path data;

    @BeforeEach
    void deploy() throws Exception {
        FleetBus.install(vertx);
        Await.result(authority.serve(vertx));
        Await.result(FleetBus.AUDITED.listen(vertx, audited::add));
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
    void makes_the_token_once_for_its_owner_only() throws Exception {
        assertThat(token).hasSize(43);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("admin-token"))))
                .isEqualTo("rw-------");
        assertThat(AdminToken.open(null, data).matches(token)).isTrue();
        assertThat(AdminToken.open("another token of someone", data).matches(token))
                .isFalse();
    }

    @Test
    void an_empty_token_file_stops_the_start() throws Exception {
        Files.writeString(data.resolve("admin-token"), "\n");
        assertThatThrownBy(() -> AdminToken.open(null, data))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("admin-token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Authorization: Bearer wrong", "Authorization: Basic YTpi", "Authorization: Bearer "})
    void refuses_whoever_has_no_token(String header) {
        for (String start :
                List.of("GET /api/v1/status", "POST /api/v1/certificates", "DELETE /api/v1/devices/dev-0001")) {
            var reply = RawHttp.send("127.0.0.1", port, start, header.isEmpty() ? List.of() : List.of(header), "");
            assertProblem(reply, 401, "unauthorized");
            assertThat(reply.head()).containsIgnoringCase("www-authenticate: bearer");
        }
        if (header.endsWith("wrong")) {
            Await.until(vertx, "each guess is audited", () -> audited.size() == 3);
        }
        assertThat(audited).extracting(Audited::outcome).allMatch("refused"::equals);
    }

    @Test
    void a_client_without_token_does_not_lock_out_the_one_that_has_it() {
        for (int i = 0; i < 20; i++) {
            assertThat(RawHttp.send("127.0.0.7", port, "GET /api/v1/ca", List.of(), "")
                            .status())
                    .isEqualTo(401);
        }
        assertThat(RawHttp.send("127.0.0.7", port, "GET /api/v1/ca", headers(), "")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void throttles_failures_of_one_address_and_not_of_another() {
        for (int i = 0; i < 10; i++) {
            assertThat(guess("127.0.0.5").status()).isEqualTo(401);
        }
        assertProblem(guess("127.0.0.5"), 429, "too-many-failures");
        Await.until(vertx, "it is audited", () -> !audited.isEmpty());
        assertThat(audited).extracting(Audited::outcome).containsOnly("refused");
        assertThat(RawHttp.send("127.0.0.6", port, "GET /api/v1/ca", headers(), "")
                        .status())
                .isEqualTo(200);
        clock.advance(Duration.ofSeconds(6));
        assertThat(guess("127.0.0.5").status()).isEqualTo(401);
    }

    @Test
    void refuses_a_host_that_is_not_ours() {
        var rebound = headers();
        rebound.add("Host: evil.example:" + port);
        assertProblem(RawHttp.send("127.0.0.1", port, "GET /api/v1/status", rebound, ""), 421, "wrong-host");
        var own = headers();
        own.add("Host: 127.0.0.1:" + port);
        assertThat(RawHttp.send("127.0.0.1", port, "GET /api/v1/status", own, "")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void tells_the_status_with_null_for_parts_that_are_silent() throws Exception {
        var reply = get("/status");
        assertThat(reply.head()).containsIgnoringCase("cache-control: no-store").containsIgnoringCase("nosniff");
        var status = json(reply);
        assertThat(status.path("provisioning").isNull()).isTrue();
        assertThat(status.path("authority").path("rootFingerprint").asText()).isEqualTo("00");
    }

    @Test
    void lists_certificates_by_query_status_and_page() throws Exception {
        var page = json(get("/certificates?query=bro&status=active&page=2&size=10"));
        assertThat(authority.listed).containsExactly(new ListCertificates("bro", CertificateStatus.ACTIVE, 2, 10));
        var certificate = page.path("certificates").get(0);
        assertThat(certificate.path("serial").asText()).isEqualTo("abcdef");
        assertThat(certificate.path("status").asText()).isEqualTo("active");
        assertThat(certificate.has("certificate")).as("PEM only in the detail").isFalse();
        assertThat(page.path("total").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "/certificates?size=0, 400",
        "/certificates?size=1001, 400",
        "/certificates?page=-1, 400",
        "/certificates?status=lost, 400",
        "/certificates/xyz, 400",
        "/certificates/1, 404",
        "/devices/Bad_Name, 405",
        "/nothing, 404"
    })
    void names_what_is_wrong_with_a_request(String path, int status) {
        var reply = get(path);
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).contains("urn:lumia:problem:");
    }

    @Test
    void shows_one_certificate_with_its_pem() throws Exception {
        assertThat(json(get("/certificates/AB:CD:EF")).path("certificate").asText())
                .isEqualTo(authority.pem);
    }

    @Test
    void issues_what_an_operator_asks_for() throws Exception {
        var reply = send(
                "POST /api/v1/certificates",
                "{\"csr\":\"PEM\",\"profile\":\"server\",\"validity\":\"48h\",\"sans\":[\"localhost\"]}");
        assertThat(reply.status()).isEqualTo(201);
        var asked = authority.asked.get(0);
        assertThat(asked.lifetime()).isEqualTo(Duration.ofHours(48));
        assertThat(asked.names()).containsExactly("localhost");
        assertThat(asked.requester()).isEqualTo("admin");
        assertThat(json(reply).path("root").asText()).isEqualTo(authority.pem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"profile":"server"}                                | 400
            {"csr":"x","profile":"root"}                        | 400
            {"csr":"x","profile":"server","validity":"soon"}    | 400
            {"csr":"x","profile":"server","sans":"localhost"}   | 400
            {"csr":"x","profile":"server","key":"y"}            | 400
            nonsense                                            | 400
            """)
    void refuses_bad_bodies(String body, int status) {
        var reply = send("POST /api/v1/certificates", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(authority.asked).isEmpty();
    }

    @Test
    void refuses_bodies_that_are_too_large_or_no_json() {
        assertProblem(send("POST /api/v1/certificates", "x".repeat(70_000)), 413, "too-large");
        var text = headers();
        text.add("Content-Type: text/plain");
        assertProblem(
                RawHttp.send("127.0.0.1", port, "POST /api/v1/certificates", text, "{}"),
                415,
                "unsupported-media-type");
    }

    @Test
    void tells_why_the_authority_refused() {
        authority.refusal = Refusal.LIFETIME_NOT_ALLOWED;
        assertProblem(
                send("POST /api/v1/certificates", "{\"csr\":\"x\",\"profile\":\"server\"}"),
                422,
                "lifetime-not-allowed");
    }

    @Test
    void issues_for_a_device_with_the_claim_of_its_name() {
        var csr = CertificateRequest.create(KeyPairs.p256(), "dev-0001", List.of());
        var body = new ObjectMapper().valueToTree(java.util.Map.of("csr", csr, "profile", "device"));
        assertThat(send("POST /api/v1/certificates", body.toString()).status()).isEqualTo(201);
        assertThat(authority.asked.get(0).claim().device().value()).isEqualTo("dev-0001");
        assertProblem(
                send("POST /api/v1/certificates", "{\"csr\":\"x\",\"profile\":\"device\"}"), 422, "unfit-request");
    }

    @Test
    void revokes_once_known() throws Exception {
        var reply = send("POST /api/v1/certificates/abcdef/revoke", "{\"reason\":\"keyCompromise\"}");
        assertThat(json(reply).path("revocationReason").asText()).isEqualTo("keyCompromise");
        assertProblem(send("POST /api/v1/certificates/abcdee/revoke", "{}"), 404, "not-found");
        assertProblem(send("POST /api/v1/certificates/abcdef/revoke", "{\"reason\":\"mood\"}"), 400, "bad-request");
        Await.until(vertx, "it is audited", () -> !audited.isEmpty());
        assertThat(audited)
                .extracting(Audited::actor, Audited::action, Audited::object, Audited::outcome)
                .containsExactly(tuple("admin", "certificate.revoke", "abcdee", "refused"));
    }

    @Test
    void lists_and_releases_devices() throws Exception {
        assertThat(json(get("/devices")).path("devices").get(0).path("name").asText())
                .isEqualTo("dev-0001");
        assertThat(send("DELETE /api/v1/devices/dev-0001", "").status()).isEqualTo(200);
        assertProblem(send("DELETE /api/v1/devices/dev-0002", ""), 404, "not-found");
    }

    @Test
    void says_which_part_does_not_run_here() {
        var reply = get("/provisioning");
        assertProblem(reply, 503, "part-absent");
        assertThat(reply.body()).contains("'provisioning'");
    }

    @Test
    void turns_provisioning_on_and_off_and_changes_the_whitelist() throws Exception {
        serveProvisioning();
        assertThat(json(send("PATCH /api/v1/provisioning", "{\"enabled\":true,\"offAfter\":\"30m\"}"))
                        .path("setBy")
                        .asText())
                .isEqualTo("operator");
        send("PATCH /api/v1/provisioning", "{\"enabled\":false}");
        send("PATCH /api/v1/provisioning", "{\"offAfter\":null}");
        assertThat(switched)
                .containsExactly(
                        new SwitchProvisioning(true, Duration.ofMinutes(30), "admin"),
                        new SwitchProvisioning(false, null, "admin"),
                        new SwitchProvisioning(true, Duration.ZERO, "admin"));
        send("POST /api/v1/provisioning/whitelist", "{\"add\":[\"127.0.0.2\"],\"remove\":[\"127.0.0.1\"]}");
        send("POST /api/v1/provisioning/whitelist", "{\"entries\":[\"127.0.0.3\"]}");
        send("DELETE /api/v1/provisioning/whitelist?entry=10.0.0.0/8", "");
        send("DELETE /api/v1/provisioning/whitelist", "{\"entries\":[\"::1\"]}");
        assertThat(changed)
                .containsExactly(
                        new ChangeWhitelist(List.of("127.0.0.2"), List.of("127.0.0.1"), "admin"),
                        new ChangeWhitelist(List.of("127.0.0.3"), List.of(), "admin"),
                        new ChangeWhitelist(List.of(), List.of("10.0.0.0/8"), "admin"),
                        new ChangeWhitelist(List.of(), List.of("::1"), "admin"));
        assertThat(json(get("/provisioning/whitelist")).path("entries").get(0).asText())
                .isEqualTo("127.0.0.2");
        assertProblem(send("PATCH /api/v1/provisioning", "{}"), 400, "bad-request");
        assertProblem(send("PATCH /api/v1/provisioning", "{\"enabled\":\"yes\"}"), 400, "bad-request");
        assertProblem(send("POST /api/v1/provisioning/whitelist", "{\"add\":[\"nonsense\"]}"), 422, "unprocessable");
    }

    @Test
    void says_which_setting_names_the_port_that_is_taken() {
        var apart = Vertx.vertx();
        FleetBus.install(apart);
        var second = new WebVerticle(
                new WebConfig("127.0.0.1", port, List.of("localhost"), null, TlsSection.of(null)), TLS, data, clock);
        assertThat(Await.failure(apart.deployVerticle(second)))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("web.port");
        Await.result(apart.close());
    }

    private void serveProvisioning() {
        Await.result(FleetBus.DESCRIBE_PROVISIONING.serve(vertx, asked -> Future.succeededFuture(ON)));
        Await.result(FleetBus.SWITCH_PROVISIONING.serve(vertx, asked -> {
            switched.add(asked);
            return Future.succeededFuture(ON);
        }));
        Await.result(FleetBus.CHANGE_WHITELIST.serve(vertx, asked -> {
            changed.add(asked);
            return Future.succeededFuture(
                    asked.add().contains("nonsense")
                            ? new WhitelistOutcome.Refused("no")
                            : new WhitelistOutcome.Changed(ON));
        }));
    }

    private Reply guess(String from) {
        return RawHttp.send(from, port, "GET /api/v1/ca", List.of("Authorization: Bearer guess"), "");
    }

    private Reply get(String path) {
        return RawHttp.send("127.0.0.1", port, "GET /api/v1" + path, headers(), "");
    }

    private Reply send(String start, String body) {
        var json = headers();
        json.add("Content-Type: application/json");
        return RawHttp.send("127.0.0.1", port, start, json, body);
    }

    private List<String> headers() {
        return new ArrayList<>(List.of("Authorization: Bearer " + token));
    }

    private static JsonNode json(Reply reply) throws Exception {
        assertThat(reply.status()).as(reply.body()).isLessThan(300);
        return new ObjectMapper().readTree(reply.body());
    }

    private static void assertProblem(Reply reply, int status, String kind) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.head()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(reply.body()).contains("\"type\":\"urn:lumia:problem:" + kind + "\"");
    }
}
