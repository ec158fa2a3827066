package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.UpdatableDns;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Let's Encrypt's path: Mosquitto's certificate by DNS-01 from Let's Encrypt's test server. */
class PebbleMosquittoRenewalIT {
    private static final String NAME = "broker.example.test";

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final FleetCa serverCa = new FleetCa(Clock.systemUTC());
    private UpdatableDns dns;
    private RenewedMosquitto broker;
    private ExternalProgram.Running pebble;
    private int acme;
    private int management;

    @BeforeEach
    void start() throws Exception {
        var program =
                ExternalProgram.find("pebble", Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_AUTHZREUSE", "0"), directory);
        broker = new RenewedMosquitto(directory, "6m");
        dns = new UpdatableDns(vertx, "example.test");
        acme = FreePort.anywhere();
        management = FreePort.anywhere();
        Files.writeString(directory.resolve("tsig-secret"), dns.secret);
        pebble = program.begin(
                "-config",
                configuration().toString(),
                "-dnsserver",
                dns.address().toString());
        pebble.awaitPrinted("ACME directory available");
        fetchRoot();
    }

    @AfterEach
    void stop() {
        if (pebble != null) {
            pebble.close();
        }
        if (broker != null) {
            broker.close();
        }
        Await.result(vertx.close());
    }

    @Test
    void mosquitto_serves_the_full_chain_and_is_reloaded_at_each_renewal() throws Exception {
        var begun = Fingerprint.of(broker.shown());

        var first = broker.renew(settings());

        assertThat(first.exitCode()).as(first.printed()).isZero();
        var served = broker.shown();
        assertThat(served.getIssuerX500Principal().getName()).contains("Pebble");
        assertThat(Fingerprint.of(served)).isNotEqualTo(begun).isEqualTo(broker.installed());
        assertThat(Pem.certificates(Files.readString(broker.certificate()))).hasSizeGreaterThan(1);
        assertThat(dns.records).isEmpty();

        var second = RenewCommandRun.of(
                broker.data(), broker.file(settings()), "--json", "--force", "--profile", "letsencrypt", "site");

        assertThat(second.exitCode()).as(second.printed()).isZero();
        assertThat(Fingerprint.of(broker.shown()))
                .isNotEqualTo(Fingerprint.of(served))
                .isEqualTo(broker.installed());
    }

    private String[] settings() {
        return new String[] {
            "common-name=" + NAME,
            "issuer.directory-url=https://localhost:" + acme + "/dir",
            "issuer.ca-bundle=" + directory.resolve("server-ca.pem"),
            "issuer.trusted-roots=" + directory.resolve("issuing-root.pem"),
            "issuer.challenge-type=dns-01",
            "issuer.dns={provider: rfc2136, server: '" + dns.address() + "', tsig-name: " + UpdatableDns.KEY
                    + ", tsig-secret-file: " + directory.resolve("tsig-secret") + "}",
            "test.server-name=" + NAME
        };
    }

    private Path configuration() throws Exception {
        TlsMaterial server = serverCa.issue("localhost", List.of("localhost"), Duration.ofHours(1));
        Files.writeString(directory.resolve("server-ca.pem"), Pem.of(serverCa.root()));
        var config = new JsonObject()
                .put("listenAddress", "127.0.0.1:" + acme)
                .put("managementListenAddress", "127.0.0.1:" + management)
                .put("certificate", text("pebble.pem", Pem.of(server.chain())))
                .put("privateKey", text("pebble.key", Pem.of(server.key())))
                .put("httpPort", FreePort.anywhere())
                .put("tlsPort", FreePort.anywhere())
                .put("ocspResponderURL", "");
        return Files.writeString(
                directory.resolve("pebble.json"),
                new JsonObject().put("pebble", config).encode());
    }

    private String text(String file, String text) throws Exception {
        return Files.writeString(directory.resolve(file), text).toString();
    }

    private void fetchRoot() throws Exception {
        var trust = new FleetTrust(List.of(serverCa.root()));
        var client = vertx.createHttpClient(new HttpClientOptions().setSsl(true).setTrustOptions(trust.trustOptions()));
        var root = Await.result(client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost("localhost")
                        .setPort(management)
                        .setURI("/roots/0"))
                .compose(request -> request.send().compose(answer -> answer.body())));
        Files.writeString(directory.resolve("issuing-root.pem"), root.toString());
    }
}
