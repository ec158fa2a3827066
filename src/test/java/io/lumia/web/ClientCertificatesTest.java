package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.Lumia;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.MovableClock;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.ListenerCertificates;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientCertificatesTest {
    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.now());
    private LoopbackAuthority authority;
    private String url;
    private String token;

    @BeforeEach
    void deploy() throws Exception {
        authority = new LoopbackAuthority(data);
        var tls = new TlsConfig(TlsVersion.TLS_1_2, List.of(), false);
        var web = new WebVerticle(
                new WebConfig("0.0.0.0", 0, List.of("localhost"), null, TlsSection.of(null)),
                new ListenerCertificates(data, tls, clock),
                data,
                authority.store,
                clock);
        Await.result(authority.vertx.deployVerticle(web));
        url = "https://localhost:" + web.port();
        token = Files.readString(data.resolve("admin-token")).strip();
    }

    @AfterEach
    void close() {
        authority.close();
    }

    @Test
    void a_certificate_lets_do_what_its_recorded_role_lets_do() throws Exception {
        var operator = issued("admin", "alice", "\"operator\"");
        var session = get(operator, "/api/v1/session");
        assertThat(session.body()).contains("\"certificate:alice\"", "\"operator\"", "\"how\":\"certificate\"");
        assertThat(send(operator, "DELETE", "/api/v1/devices/dev-0002").statusCode())
                .isEqualTo(404);
        assertThat(get(operator, "/api/v1/tokens").statusCode()).isEqualTo(403);
    }

    @Test
    void the_commands_show_it_in_the_place_of_a_token() {
        var out = data.resolve("alice");
        var issue = lumia(
                0,
                List.of("issue", "alice", "--profile", "admin", "--role", "operator", "--out", out.toString()),
                "--data",
                data.toString());
        assertThat(issue).contains("issued");
        var shown = new String[] {
            "--certificate",
            out.resolve("alice.crt").toString(),
            "--key",
            out.resolve("alice.key").toString()
        };
        assertThat(lumia(0, List.of("list"), shown)).contains("alice");
        assertThat(lumia(1, List.of("tokens", "list"), shown)).contains("certificate:alice has operator");
    }

    private String lumia(int code, List<String> command, String... options) {
        var all = new ArrayList<>(command);
        all.addAll(List.of("--url", url, "--ca", authority.root.toString()));
        all.addAll(List.of(options));
        var printed = new StringWriter();
        var line = Lumia.commandLine().setOut(new PrintWriter(printed)).setErr(new PrintWriter(printed));
        assertThat(line.execute(all.toArray(String[]::new)))
                .as(printed.toString())
                .isEqualTo(code);
        return printed.toString();
    }

    @Test
    void a_name_alone_gives_nothing() throws Exception {
        assertThat(get(issued("admin", "admin", "null"), "/api/v1/ca").statusCode())
                .as("of the profile admin, without a role")
                .isEqualTo(401);
        assertThat(get(issued("site", "alice", "null"), "/api/v1/ca").statusCode())
                .as("of another profile")
                .isEqualTo(401);
        assertThat(get(nobody(), "/api/v1/ca").statusCode())
                .as("without a certificate")
                .isEqualTo(401);
    }

    @Test
    void a_role_of_another_profile_gives_nothing() throws Exception {
        var site = issued("site", "alice", "null");
        Await.result(authority
                .store
                .certificateRoles()
                .grant(site.serial, "admin", "test", clock.instant().plusSeconds(3600), clock.instant()));
        assertThat(get(site, "/api/v1/ca").statusCode()).isEqualTo(401);
    }

    @Test
    void a_revoked_certificate_ends_with_the_next_request_of_the_same_connection() throws Exception {
        var viewer = issued("admin", "bob", "\"viewer\"");
        assertThat(get(viewer, "/api/v1/ca").statusCode()).isEqualTo(200);
        Await.result(FleetBus.REVOKE_CERTIFICATE.ask(
                authority.vertx, new RevokeCertificate(viewer.serial, RevocationReason.KEY_COMPROMISE, "test")));
        assertThat(get(viewer, "/api/v1/ca").statusCode()).isEqualTo(401);
    }

    @Test
    void an_expired_certificate_ends_with_the_next_request_of_the_same_connection() throws Exception {
        var viewer = issued("admin", "bob", "\"viewer\"");
        assertThat(get(viewer, "/api/v1/ca").statusCode()).isEqualTo(200);
        clock.advance(Duration.ofDays(400));
        assertThat(get(viewer, "/api/v1/ca").statusCode()).isEqualTo(401);
    }

    @Test
    void another_sites_page_cannot_use_the_certificate_that_the_browser_shows() throws Exception {
        var operator = issued("admin", "alice", "\"operator\"");
        assertThat(send(operator, "DELETE", "/api/v1/devices/dev-0002", "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(operator, "DELETE", "/api/v1/devices/dev-0002", "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(operator, "DELETE", "/api/v1/devices/dev-0002", "Origin", url)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void beyond_loopback_it_is_https_by_itself_and_binding() throws Exception {
        assertThat(get(nobody(), "/api/v1/ca").headers().firstValue("Strict-Transport-Security"))
                .hasValue("max-age=31536000");
    }

    @Test
    void the_cookie_is_bound_to_this_host_and_to_https() throws Exception {
        var login = nobody().http
                .send(
                        HttpRequest.newBuilder(URI.create(url + "/login"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"token\":\"" + token + "\"}"))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(login.headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("__Host-lumia-")
                .contains("Secure", "HTTPOnly", "SameSite=Strict", "Path=/")
                .doesNotContain("Domain");
    }

    private record Client(HttpClient http, SerialNumber serial) {}

    /** @param role as JSON */
    private Client issued(String profile, String name, String role) throws Exception {
        var pair = KeyPairs.p256();
        var body = new ObjectMapper()
                .createObjectNode()
                .put("csr", CertificateRequest.create(pair, name, List.of()))
                .put("profile", profile)
                .set("role", new ObjectMapper().readTree(role));
        var reply = nobody().http
                .send(
                        HttpRequest.newBuilder(URI.create(url + "/api/v1/certificates"))
                                .header("Authorization", "Bearer " + token)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body.toString()))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(201);
        var answer = new ObjectMapper().readTree(reply.body());
        return new Client(
                client(keys(pair, answer)),
                SerialNumber.parse(answer.path("serial").asText()));
    }

    private Client nobody() throws Exception {
        return new Client(client(new KeyManager[0]), new SerialNumber(java.math.BigInteger.ONE));
    }

    private HttpClient client(KeyManager[] keys) throws Exception {
        var context = SSLContext.getInstance("TLS");
        var trust = new FleetTrust(Pem.certificates(Files.readString(authority.root)));
        context.init(keys, new TrustManager[] {trust}, null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static KeyManager[] keys(KeyPair pair, JsonNode answer) throws Exception {
        var chain = new ArrayList<Certificate>(
                Pem.certificates(answer.path("certificate").asText()));
        chain.addAll(Pem.certificates(answer.path("chain").asText()));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", pair.getPrivate(), new char[0], chain.toArray(Certificate[]::new));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private HttpResponse<String> get(Client client, String path) throws Exception {
        return send(client, "GET", path);
    }

    private HttpResponse<String> send(Client client, String method, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + path)).method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.http.send(request.build(), BodyHandlers.ofString());
    }
}
