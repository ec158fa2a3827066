package io.lumia.authority;

import static io.lumia.authority.AuthorityFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.bus.FleetBus;
import io.lumia.config.CannotStart;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.RawHttp;
import io.lumia.tls.FleetTrust;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityVerticleTest {
    private final Clock clock = Clock.systemUTC();

    @TempDir
    static Path data;

    private AuthorityFixture fixture = new AuthorityFixture(data, clock);

    private record Answer(int status, String type, Buffer body) {
        JsonObject json() {
            return body.toJsonObject();
        }
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/1.0"})
    void serves_its_root_over_https_with_its_own_certificate(String prefix) {
        var root = fixture.authority.description().root();
        var fingerprint = fixture.authority.description().rootFingerprint();

        assertThat(https(HttpMethod.GET, prefix + "/health").json().getString("status"))
                .isEqualTo("ok");
        assertThat(https(HttpMethod.GET, prefix + "/version").json().getString("version"))
                .isNotEmpty();
        assertThat(https(HttpMethod.GET, prefix + "/roots.pem").body()).hasToString(root);
        assertThat(https(HttpMethod.GET, prefix + "/roots").json().getJsonArray("crts"))
                .containsExactly(root);
        assertThat(https(HttpMethod.GET, prefix + "/federation").json().getJsonArray("crts"))
                .containsExactly(root);
        assertThat(https(HttpMethod.GET, prefix + "/root/" + fingerprint.toUpperCase(Locale.ROOT))
                        .json()
                        .getString("ca"))
                .isEqualTo(root);
    }

    @Test
    void answers_errors_as_problem_documents() {
        for (String path : List.of("/root/" + "0".repeat(64), "/root/nonsense", "/nowhere")) {
            assertProblem(https(HttpMethod.GET, path), 404);
        }
        assertProblem(https(HttpMethod.POST, "/health"), 405);
        assertProblem(https(HttpMethod.POST, "/health", Buffer.buffer(new byte[CaRoutes.LONGEST_BODY + 1])), 413);
    }

    @Test
    void tells_a_client_whose_headers_are_too_large_and_hangs_up() {
        var reply = RawHttp.send(
                "127.0.0.1",
                fixture.authority.httpPort(),
                "GET /ca/root.crt",
                List.of("X-Long: " + "x".repeat(9000)),
                "");
        assertThat(reply.status()).isEqualTo(431);
        assertThat(reply.head()).contains("application/problem+json");
    }

    @Test
    void serves_the_issuers_over_plain_http() throws Exception {
        for (var expected : List.of(
                List.of("/ca/root.crt", fixture.authority.description().root()),
                List.of("/ca/intermediate.crt", fixture.authority.description().intermediate()))) {
            var answer = ask(
                    new HttpClientOptions(),
                    fixture.authority.httpPort(),
                    HttpMethod.GET,
                    expected.get(0),
                    Buffer.buffer());
            assertThat(answer.type()).isEqualTo("application/pkix-cert");
            assertThat(CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(answer.body().getBytes())))
                    .isEqualTo(Pem.certificates(expected.get(1)).get(0));
        }
    }

    @Test
    void comes_back_after_a_restart_with_the_same_ca_and_everything_it_issued() {
        var before = fixture.authority.description();
        var bundle = fixture.issued(request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0001", null));
        fixture.close();
        fixture = new AuthorityFixture(data, clock);

        assertThat(fixture.authority.description().rootFingerprint()).isEqualTo(before.rootFingerprint());
        assertThat(fixture.store
                        .certificates()
                        .find(bundle.serial(), clock.instant())
                        .await())
                .hasValueSatisfying(found -> assertThat(found.certificate()).isEqualTo(bundle.certificate()));
    }

    @Test
    void describes_itself_on_the_bus() {
        var described = FleetBus.DESCRIBE_AUTHORITY
                .ask(fixture.vertx, new FleetBus.DescribeAuthority())
                .await();
        assertThat(described.rootFingerprint())
                .isEqualTo(Fingerprint.of(Pem.certificates(described.root()).get(0))
                        .hex());
        assertThat(described.publicUrl()).isEqualTo("https://localhost:" + fixture.authority.httpsPort());
        assertThat(described.acmeDirectories()).containsEntry("acme", described.publicUrl() + "/acme/acme/directory");
    }

    @Test
    void renews_the_certificate_of_a_listener_however_its_names_are_spelled(@TempDir Path own) {
        var names = List.of("LocalHost", "::1", "127.0.0.1");
        var other = new AuthorityFixture(own, AuthorityFixture.config(null, 0, 100, names), clock);
        try {
            assertThat(FleetBus.renewListener("authority")
                            .ask(other.vertx, new FleetBus.RenewListener("test"))
                            .await())
                    .isInstanceOf(FleetBus.RenewListenerOutcome.Renewed.class);
        } finally {
            other.close();
        }
    }

    @Test
    void renews_the_certificate_of_its_listener() {
        var outcome = FleetBus.renewListener("authority")
                .ask(fixture.vertx, new FleetBus.RenewListener("test"))
                .await();
        assertThat(outcome).isInstanceOf(FleetBus.RenewListenerOutcome.Renewed.class);
        assertThat(https(HttpMethod.GET, "/health").status()).isEqualTo(200);
    }

    @Test
    void a_taken_port_stops_the_start_with_one_sentence(@TempDir Path elsewhere) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var config = AuthorityFixture.config(null, taken.getLocalPort(), 10);
            assertThatThrownBy(() -> new AuthorityFixture(elsewhere, config, clock).close())
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContainingAll("authority.port", "127.0.0.1:" + taken.getLocalPort(), "free port");
        }
    }

    private static void assertProblem(Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        assertThat(answer.json().getInteger("status")).isEqualTo(status);
        assertThat(answer.json().getString("detail")).isNotEmpty();
    }

    private Answer https(HttpMethod method, String path) {
        return https(method, path, Buffer.buffer());
    }

    private Answer https(HttpMethod method, String path, Buffer body) {
        var root = Pem.certificates(fixture.authority.description().root());
        var options = new HttpClientOptions()
                .setSsl(true)
                .setVerifyHost(true)
                .setTrustOptions(new FleetTrust(root).trustOptions());
        return ask(options, fixture.authority.httpsPort(), method, path, body);
    }

    private Answer ask(HttpClientOptions options, int port, HttpMethod method, String path, Buffer body) {
        // a client that nothing refers to is closed by the garbage collector
        var client = fixture.vertx.createHttpClient(options);
        return client.request(method, port, "localhost", path)
                // in one turn of the event loop: an answer that came before its reader was attached would be lost
                .compose(asked -> asked.send(body)
                        .compose(answer -> answer.body()
                                .map(read -> new Answer(answer.statusCode(), answer.getHeader("Content-Type"), read))))
                .eventually(client::close)
                .await();
    }
}
