package io.lumia.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.access.AddressRange;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.ProvisioningAnswered;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.lumia.config.CannotStart;
import io.lumia.config.ProvisioningConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RawHttp;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvisioningVerticleTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ALLOWED = "127.0.0.2";
    private static final String CSR = CertificateRequest.create(KeyPairs.p256(), "dev-0001", List.of());

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedAuthority authority = new ScriptedAuthority();
    private final MovableClock clock = new MovableClock(ScriptedAuthority.NOW);
    private final Memory memory = new Memory();
    private final List<ProvisioningAnswered> answered = new CopyOnWriteArrayList<>();
    private final List<Audited> audited = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        FleetBus.install(vertx);
        Await.result(FleetBus.PROVISIONING_ANSWERED.listen(vertx, answered::add));
        Await.result(FleetBus.AUDITED.listen(vertx, audited::add));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void gives_a_whitelisted_device_its_first_certificate() throws Exception {
        int port = deployed(config(true));
        var reply = apply(ALLOWED, port, CSR);
        assertThat(reply.status()).isEqualTo(201);
        var answer = JSON.readTree(reply.body());
        assertThat(answer.path("certificate").asText()).isEqualTo(authority.pem);
        assertThat(answer.path("rootFingerprint").asText()).hasSize(64);
        assertThat(answer.path("notAfter").asText()).isEqualTo("2030-01-01T01:00:00Z");
        assertThat(answer.path("acmeDirectory").asText()).isEqualTo("https://ca/acme/acme/directory");
        assertThat(answer.path("mqtt").path("port").asInt()).isEqualTo(8883);
        var asked = authority.asked.get(0);
        assertThat(asked.profile()).isEqualTo(Profile.BOOTSTRAP);
        assertThat(asked.claim().device().value()).isEqualTo("dev-0001");
        assertThat(asked.claim().address()).isEqualTo(ALLOWED);
        assertThat(asked.requester()).isEqualTo("provisioning " + ALLOWED);
        Await.until(vertx, "it is told", () -> !answered.isEmpty());
        assertThat(answered).extracting(ProvisioningAnswered::result).containsExactly("issued");
        Await.until(vertx, "it is audited", () -> !audited.isEmpty());
        assertThat(audited)
                .extracting(Audited::action, Audited::object, Audited::outcome)
                .contains(org.assertj.core.groups.Tuple.tuple("provisioning.answer", "dev-0001", "ok"));
    }

    @Test
    void refuses_whoever_is_not_whitelisted_whatever_header_he_sends() {
        int port = deployed(config(true));
        var reply = send("127.0.0.3", port, List.of("X-Forwarded-For: " + ALLOWED), body("dev-0001", CSR));
        assertProblem(reply, 403, "not-whitelisted");
        assertThat(authority.asked).isEmpty();
    }

    @Test
    void believes_a_trusted_proxy_only() {
        int port = deployed(config(true, List.of(AddressRange.parse("127.0.0.9"))));
        assertThat(send("127.0.0.9", port, List.of("X-Forwarded-For: " + ALLOWED), body("dev-0001", CSR))
                        .status())
                .isEqualTo(201);
        assertThat(authority.asked.get(0).claim().address()).isEqualTo(ALLOWED);
        var spoofed = List.of("X-Forwarded-For: " + ALLOWED + ", 127.0.0.66");
        assertProblem(send("127.0.0.9", port, spoofed, body("dev-0001", CSR)), 403, "not-whitelisted");
        var malformed = List.of("X-Forwarded-For: nobody");
        assertProblem(send("127.0.0.9", port, malformed, body("dev-0001", CSR)), 400, "malformed-request");
    }

    @Test
    void takes_ipv6_as_well() {
        int port = deployed(new ProvisioningConfig("::1", 0, true, Duration.ZERO, List.of("::1"), 60, 20, List.of()));
        assertThat(apply("::1", port, CSR).status()).isEqualTo(201);
        assertThat(authority.asked.get(0).claim().address()).isEqualTo("0:0:0:0:0:0:0:1");
    }

    @Test
    void is_off_unless_configured_and_says_when_to_ask_again() {
        int port = deployed(config(false));
        var reply = apply(ALLOWED, port, CSR);
        assertProblem(reply, 503, "disabled");
        assertThat(reply.head().toLowerCase(java.util.Locale.ROOT)).contains("retry-after: 60");
    }

    @Test
    void limits_the_rate_of_each_address() {
        int port = deployed(config(true));
        for (int i = 0; i < 3; i++) {
            assertThat(apply(ALLOWED, port, CSR).status()).isEqualTo(201);
        }
        var reply = apply(ALLOWED, port, CSR);
        assertProblem(reply, 429, "rate-limited");
        assertThat(reply.head().toLowerCase(java.util.Locale.ROOT)).contains("retry-after: 1");
        clock.advance(Duration.ofSeconds(1));
        assertThat(apply(ALLOWED, port, CSR).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({
        "UNFIT_REQUEST, 422, unfit-request",
        "NAME_CLAIMED, 409, name-claimed",
        "NAME_NOT_ALLOWED, 403, name-not-allowed",
        "OVERLOADED, 429, overloaded"
    })
    void tells_why_the_authority_refused(Refusal refusal, int status, String kind) {
        authority.refusal = refusal;
        assertProblem(apply(ALLOWED, deployed(config(true)), CSR), status, kind);
    }

    @Test
    void says_that_the_authority_is_broken_or_absent() {
        authority.broken = true;
        int port = deployed(config(true));
        assertProblem(apply(ALLOWED, port, CSR), 503, "authority-unavailable");
    }

    @Test
    void says_that_the_authority_is_absent() {
        var verticle = verticle(config(true), Duration.ofSeconds(10));
        Await.result(vertx.deployVerticle(verticle));
        assertProblem(apply(ALLOWED, verticle.port(), CSR), 503, "authority-unavailable");
    }

    @ParameterizedTest
    @CsvSource({
        "dev-0002, '', common name is 'dev-0001'",
        "dev-0001, localhost, asks for the name 'localhost'",
        "dev-0001, dev-0002.devices.lumia.internal, asks for the name",
    })
    void refuses_a_csr_with_other_names(String device, String name, String why) {
        var csr = CertificateRequest.create(KeyPairs.p256(), "dev-0001", name.isEmpty() ? List.of() : List.of(name));
        var reply = send(ALLOWED, deployed(config(true)), List.of(), body(device, csr));
        assertProblem(reply, 422, "unfit-request");
        assertThat(reply.body()).contains(why);
        assertThat(authority.asked).isEmpty();
    }

    @Test
    void takes_a_csr_with_the_devices_own_fleet_name() {
        var csr = CertificateRequest.create(KeyPairs.p256(), "dev-0001", List.of("dev-0001.devices.lumia.internal"));
        assertThat(apply(ALLOWED, deployed(config(true)), csr).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            nonsense                                    | 400 | malformed-request
            []                                          | 400 | malformed-request
            {"device":"dev-0001"}                       | 400 | malformed-request
            {"device":1,"csr":"x"}                      | 400 | malformed-request
            {"device":"d","device":"e","csr":"x"}       | 400 | malformed-request
            {"device":"dev-0001","csr":"x"} {}          | 400 | malformed-request
            {"device":"dev-0001","csr":"x","key":"y"}   | 400 | malformed-request
            {"device":"Dev 1","csr":"x"}                | 422 | invalid-device-name
            {"device":"dev-0001","csr":"x"}             | 422 | unfit-request
            {"device":"dev-0001","csr":"x","token":"t"} | 401 | unknown-token
            """)
    void refuses_bad_bodies(String body, int status, String kind) {
        assertProblem(send(ALLOWED, deployed(config(true)), List.of(), body), status, kind);
    }

    @Test
    void refuses_other_paths_methods_types_and_sizes() {
        int port = deployed(config(true));
        var json = List.of("Content-Type: application/json");
        assertProblem(RawHttp.send(ALLOWED, port, "POST /v2", json, "{}"), 404, "not-found");
        var wrongMethod = RawHttp.send(ALLOWED, port, "GET /v1/certificates", List.of(), "");
        assertProblem(wrongMethod, 405, "method-not-allowed");
        assertThat(wrongMethod.head().toLowerCase(java.util.Locale.ROOT)).contains("allow: post");
        assertProblem(
                RawHttp.send(ALLOWED, port, "POST /v1/certificates", List.of("Content-Type: text/plain"), "{}"),
                415,
                "unsupported-media-type");
        assertProblem(
                RawHttp.raw(
                        ALLOWED,
                        port,
                        "POST /v1/certificates HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 99999999\r\n\r\n"),
                413,
                "too-large");
        assertProblem(send(ALLOWED, port, List.of("X-Big: " + "x".repeat(9000)), "{}"), 431, "headers-too-large");
        var chunk = "x".repeat(5000);
        var chunks = ("1388\r\n" + chunk + "\r\n").repeat(4) + "0\r\n\r\n";
        assertProblem(
                RawHttp.raw(
                        ALLOWED,
                        port,
                        "POST /v1/certificates HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n" + chunks),
                413,
                "too-large");
        assertThat(authority.asked).isEmpty();
    }

    @Test
    void ends_a_connection_whose_body_does_not_come() {
        var verticle = verticle(config(true), Duration.ofMillis(300));
        Await.result(vertx.deployVerticle(verticle));
        var reply = RawHttp.raw(
                ALLOWED,
                verticle.port(),
                "POST /v1/certificates HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{");
        assertThat(reply.status()).as("closed without an answer").isZero();
        assertThat(RawHttp.raw(ALLOWED, verticle.port(), "POST /v1/cert").status())
                .isZero();
    }

    @Test
    void operators_turn_it_on_let_addresses_in_and_turn_it_off() {
        int port = deployed(config(false));
        Await.result(FleetBus.SWITCH_PROVISIONING.ask(vertx, new SwitchProvisioning(true, null, "operator")));
        assertThat(Await.result(FleetBus.CHANGE_WHITELIST.ask(
                        vertx, new ChangeWhitelist(List.of("127.0.0.7", "x"), List.of(), "operator"))))
                .isInstanceOf(WhitelistOutcome.Refused.class);
        assertProblem(apply("127.0.0.7", port, CSR), 403, "not-whitelisted");
        assertThat(Await.result(FleetBus.CHANGE_WHITELIST.ask(
                        vertx, new ChangeWhitelist(List.of("127.0.0.7"), List.of(), "operator"))))
                .isInstanceOf(WhitelistOutcome.Changed.class);
        assertThat(apply("127.0.0.7", port, CSR).status()).isEqualTo(201);
        var off =
                Await.result(FleetBus.SWITCH_PROVISIONING.ask(vertx, new SwitchProvisioning(false, null, "operator")));
        assertThat(off).isEqualTo(new ProvisioningState(false, null, List.of(), "operator"));
        assertProblem(apply("127.0.0.7", port, CSR), 503, "disabled");
        Await.until(
                vertx,
                "it is audited",
                () -> audited.stream().anyMatch(act -> act.action().equals("provisioning.off")));
        assertThat(audited)
                .extracting(Audited::action)
                .contains("provisioning.on", "provisioning.whitelist", "provisioning.off");
    }

    @Test
    void what_an_operator_set_survives_a_restart_and_so_does_the_deadline() {
        var first = verticle(config(false), Duration.ofSeconds(10));
        var id = Await.result(vertx.deployVerticle(first));
        var set = Await.result(FleetBus.SWITCH_PROVISIONING.ask(
                vertx, new SwitchProvisioning(true, Duration.ofMinutes(5), "operator")));
        Await.result(vertx.undeploy(id));
        clock.advance(Duration.ofMinutes(4));
        Await.result(vertx.deployVerticle(verticle(config(false), Duration.ofSeconds(10))));
        assertThat(state()).isEqualTo(set);
        clock.advance(Duration.ofMinutes(1));
        assertThat(state()).isEqualTo(new ProvisioningState(false, null, List.of(), "timer"));
        assertThat(memory.text).contains("\"enabled\":false");
    }

    @Test
    void an_operators_off_wins_over_the_configuration_after_a_restart() {
        var id = Await.result(vertx.deployVerticle(verticle(config(true), Duration.ofSeconds(10))));
        Await.result(FleetBus.SWITCH_PROVISIONING.ask(vertx, new SwitchProvisioning(false, null, "operator")));
        Await.result(vertx.undeploy(id));
        Await.result(vertx.deployVerticle(verticle(config(true), Duration.ofSeconds(10))));
        assertThat(state().enabled()).isFalse();
    }

    @Test
    void a_timer_that_came_from_configuration_alone_begins_anew_after_a_restart() {
        var config =
                new ProvisioningConfig("127.0.0.1", 0, true, Duration.ofMinutes(5), List.of(ALLOWED), 60, 3, List.of());
        var id = Await.result(vertx.deployVerticle(verticle(config, Duration.ofSeconds(10))));
        clock.advance(Duration.ofMinutes(6));
        assertThat(state().setBy()).isEqualTo("timer");
        Await.result(vertx.undeploy(id));
        assertThat(memory.text).isNull();
        Await.result(vertx.deployVerticle(verticle(config, Duration.ofSeconds(10))));
        assertThat(state().enabled()).isTrue();
        assertThat(state().whitelist()).containsExactly(ALLOWED);
    }

    @Test
    void says_which_setting_names_the_port_that_is_taken() {
        int port = deployed(config(true));
        var second = new ProvisioningConfig("127.0.0.1", port, true, Duration.ZERO, List.of(), 60, 20, List.of());
        var apart = Vertx.vertx();
        FleetBus.install(apart);
        var verticle = verticle(second, Duration.ofSeconds(10));
        assertThat(Await.failure(apart.deployVerticle(verticle)))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("provisioning.port")
                .hasMessageContaining("taken");
        Await.result(apart.close());
    }

    private ProvisioningState state() {
        return Await.result(FleetBus.DESCRIBE_PROVISIONING.ask(vertx, new DescribeProvisioning()));
    }

    private int deployed(ProvisioningConfig config) {
        Await.result(authority.serve(vertx));
        var verticle = verticle(config, Duration.ofSeconds(10));
        Await.result(vertx.deployVerticle(verticle));
        return verticle.port();
    }

    private ProvisioningVerticle verticle(ProvisioningConfig config, Duration patience) {
        return new ProvisioningVerticle(
                config,
                new FleetDomain("devices.lumia.internal"),
                memory,
                FleetRate.ALONE,
                () -> new AuthorityContact("https://ca/acme/acme/directory", "localhost", 8883),
                clock,
                patience);
    }

    private static ProvisioningConfig config(boolean enabled) {
        return config(enabled, List.of());
    }

    private static ProvisioningConfig config(boolean enabled, List<AddressRange> proxies) {
        return new ProvisioningConfig("127.0.0.1", 0, enabled, Duration.ofHours(1), List.of(ALLOWED), 60, 3, proxies);
    }

    private static Reply apply(String from, int port, String csr) {
        return send(from, port, List.of(), body("dev-0001", csr));
    }

    private static Reply send(String from, int port, List<String> headers, String body) {
        var all = new java.util.ArrayList<>(headers);
        all.add("Content-Type: application/json; charset=utf-8");
        return RawHttp.send(from, port, "POST /v1/certificates", all, body);
    }

    private static String body(String device, String csr) {
        return JSON.valueToTree(Map.of("device", device, "csr", csr)).toString();
    }

    private static void assertProblem(Reply reply, int status, String kind) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.head()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(reply.body())
                .contains("\"type\":\"urn:lumia:problem:" + kind + "\"")
                .contains("\"status\":" + status);
    }

    /** What would be in the store. */
    private static final class Memory implements GateMemory {
        volatile String text;

        @Override
        public Future<Optional<String>> recall() {
            return Future.succeededFuture(Optional.ofNullable(text));
        }

        @Override
        public Future<Void> keep(String kept) {
            text = kept;
            return Future.succeededFuture();
        }
    }
}
