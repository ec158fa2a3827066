package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.ChallengeType;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.lumia.config.SecretSource;
import io.lumia.crypto.CryptoProviders;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.IssuerSettings;
import io.lumia.fakes.UpdatableDns;
import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.CertificateSources;
import io.lumia.issuance.CertificateWish;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.KeyType;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The path to Let's Encrypt: its test server, which refuses good nonces on purpose, and a DNS server that takes updates. */
class PebbleIT {
    private static final String ZONE = "example.test";

    private static final String MAC = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    @TempDir
    Path directory;

    private final int acme = FreePort.anywhere();
    private final int management = FreePort.anywhere();
    private final int http01 = FreePort.anywhere();
    private final int tlsAlpn01 = FreePort.anywhere();
    private final List<String> terminal = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private UpdatableDns dns;
    private FleetCa ca;
    private ExternalProgram.Running pebble;

    @BeforeEach
    void start() throws Exception {
        CryptoProviders.install();
        vertx = Vertx.vertx();
        dns = new UpdatableDns(vertx, ZONE);
        ca = new FleetCa(Clock.systemUTC());
        pebble = restarted(false, dns.address().toString());
    }

    @AfterEach
    void stop() {
        if (pebble != null) {
            pebble.close();
        }
        if (vertx != null) {
            Await.result(vertx.close());
        }
    }

    @Test
    void issues_a_wildcard_and_its_base_by_signed_dns_updates_and_leaves_no_record() {
        var wish = wish("broker." + ZONE, "broker." + ZONE, "*.broker." + ZONE);

        var issued = Await.result(source(updates()).obtain(wish));

        assertThat(issued.leaf().getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(issued.chain()).hasSizeGreaterThan(1);
        assertThat(dns.seen).hasSize(2).allMatch(record -> record.startsWith("_acme-challenge.broker." + ZONE + ". "));
        assertThat(dns.records).isEmpty();
    }

    @Test
    void issues_again_for_the_same_account_with_another_key() throws IOException {
        var first = Await.result(source(updates()).obtain(wish("one." + ZONE, "one." + ZONE)));
        var account = Files.readString(directory.resolve("issuers/broker/account-key.pem"));
        var second = Await.result(source(updates()).obtain(wish("one." + ZONE, "one." + ZONE)));

        assertThat(second.leaf().getPublicKey()).isNotEqualTo(first.leaf().getPublicKey());
        assertThat(directory.resolve("issuers/broker/account-key.pem")).hasContent(account);
    }

    @Test
    void issues_by_http_01_for_a_name() {
        var settings = settings(ChallengeType.HTTP_01);
        settings.challengeAddress = new HostPort("127.0.0.1", http01);

        var issued = Await.result(source(settings).obtain(wish("web." + ZONE, "web." + ZONE)));

        assertThat(issued.leaf()).isNotNull();
    }

    @Test
    void issues_by_tls_alpn_01_for_a_name_and_an_address() {
        var settings = settings(ChallengeType.TLS_ALPN_01);
        settings.challengeAddress = new HostPort("127.0.0.1", tlsAlpn01);

        var issued = Await.result(source(settings).obtain(wish("web." + ZONE, "web." + ZONE, "127.0.0.1")));

        assertThat(issued.leaf()).isNotNull();
    }

    @Test
    void issues_by_the_record_that_a_hook_writes() throws Exception {
        int names = FreePort.anywhere();
        int control = FreePort.anywhere();
        var program = ExternalProgram.find("pebble-challtestsrv", Map.of(), directory);
        pebble.close();
        try (var server = program.begin(
                "-dns01",
                "127.0.0.1:" + names,
                "-management",
                "127.0.0.1:" + control,
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "")) {
            server.awaitPrinted("management server");
            pebble = restarted(false, "127.0.0.1:" + names);
            var settings = settings(ChallengeType.DNS_01);
            var hook = hook(control).toString();
            settings.dns = IssuerSettings.hook(new HostPort("127.0.0.1", names), Duration.ofSeconds(20), "bash", hook);

            var issued = Await.result(source(settings).obtain(wish("hook." + ZONE, "hook." + ZONE)));

            assertThat(issued.leaf()).isNotNull();
            assertThat(directory.resolve("calls"))
                    .hasContent("add _acme-challenge.hook." + ZONE + "\nremove _acme-challenge.hook." + ZONE);
        }
    }

    @Test
    void a_person_who_writes_the_record_is_told_which() {
        var settings = settings(ChallengeType.DNS_01);
        settings.dns = IssuerSettings.manual(dns.address());
        var issued = source(settings).obtain(wish("hand." + ZONE, "hand." + ZONE));
        Await.until(vertx, "the record is told", () -> !terminal.isEmpty());
        var words = terminal.get(0).split("\\s+");
        var value = words[words.length - 1].replace("\"", "");
        assertThat(terminal.get(0)).contains("_acme-challenge.hand." + ZONE + ". IN TXT");

        dns.records.add("_acme-challenge.hand." + ZONE + ". " + value);

        assertThat(Await.result(issued).leaf()).isNotNull();
        assertThat(terminal).hasSize(2);
    }

    @Test
    void a_wrong_key_is_refused_by_the_dns_server_and_named() throws IOException {
        var settings = settings(ChallengeType.DNS_01);
        settings.dns = IssuerSettings.updates(
                dns.address(), UpdatableDns.KEY, secret("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="));

        var failure = failure(source(settings), wish("one." + ZONE, "one." + ZONE));

        assertThat(failure.reason()).isEqualTo(Reason.CHALLENGE);
        assertThat(failure).hasMessageContaining("dns.tsig-secret-file");
        assertThat(dns.seen).isEmpty();
    }

    @Test
    void a_chain_to_another_root_is_not_accepted() {
        var settings = updates();
        settings.roots = directory.resolve("server-ca.pem");

        var failure = failure(source(settings), wish("one." + ZONE, "one." + ZONE));

        assertThat(failure.reason()).isEqualTo(Reason.INVALID_CERTIFICATE);
        assertThat(failure).hasMessageContaining("does not lead to a trusted root");
        assertThat(Await.result(source(settings).last())).isEmpty();
    }

    @Test
    void a_failed_challenge_is_told_in_the_cas_words() {
        var settings = settings(ChallengeType.HTTP_01);
        settings.challengeAddress = new HostPort("127.0.0.1", FreePort.anywhere());

        var failure = failure(source(settings), wish("web." + ZONE, "web." + ZONE));

        assertThat(failure.reason()).isEqualTo(Reason.CHALLENGE);
        assertThat(failure).hasMessageContaining("web." + ZONE).hasMessageContaining("refused");
    }

    @Test
    void an_external_account_is_bound_where_the_ca_wants_one() throws Exception {
        pebble.close();
        pebble = ExternalProgram.find("pebble", Map.of("PEBBLE_VA_NOSLEEP", "1"), directory)
                .begin(
                        "-config",
                        configured(true).toString(),
                        "-dnsserver",
                        dns.address().toString());
        pebble.awaitPrinted("ACME directory available");
        fetchRoot();
        var wish = wish("one." + ZONE, "one." + ZONE);
        assertThat(failure(source(updates()), wish)).hasMessageContaining("eab.key-id");

        var bound = updates();
        bound.eab = new IssuerConfig.ExternalAccount("kid-1", SecretSource.file(secret(MAC)));

        assertThat(Await.result(source(bound).obtain(wish)).leaf()).isNotNull();
    }

    private IssuerSettings updates() {
        var settings = settings(ChallengeType.DNS_01);
        settings.dns = IssuerSettings.updates(dns.address(), UpdatableDns.KEY, secret(dns.secret));
        return settings;
    }

    private IssuerSettings settings(ChallengeType challenge) {
        var settings = new IssuerSettings();
        settings.directory = URI.create("https://localhost:" + acme + "/dir");
        settings.challenge = challenge;
        settings.bundle = directory.resolve("server-ca.pem");
        settings.roots = directory.resolve("issuing-root.pem");
        return settings;
    }

    private Path secret(String text) {
        try {
            return Files.writeString(directory.resolve("secret-" + text.hashCode()), text + "\n");
        } catch (IOException full) {
            throw new java.io.UncheckedIOException(full);
        }
    }

    private CertificateSource source(IssuerSettings settings) {
        return new CertificateSources(vertx, directory, Clock.systemUTC(), terminal::add)
                .of("broker", settings.build());
    }

    private static CertificateWish wish(String commonName, String... names) {
        return new CertificateWish(commonName, List.of(names), KeyType.P256, null);
    }

    private static IssuanceFailed failure(CertificateSource source, CertificateWish wish) {
        return (IssuanceFailed) Await.failure(source.obtain(wish));
    }

    private ExternalProgram.Running restarted(boolean external, String resolver) throws Exception {
        var started = ExternalProgram.find(
                        "pebble",
                        Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_WFE_NONCEREJECT", "30", "PEBBLE_AUTHZREUSE", "0"),
                        directory)
                .begin("-config", configured(external).toString(), "-dnsserver", resolver);
        started.awaitPrinted("ACME directory available");
        fetchRoot();
        return started;
    }

    /** Tells the challenge test server by its management API. */
    private Path hook(int control) throws IOException {
        return Files.writeString(directory.resolve("hook.sh"), """
                echo "$1 $2" >>'%s'
                [[ $1 == add ]] && path=set-txt body="{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" ||
                    path=clear-txt body="{\\"host\\":\\"$LUMIA_DNS_NAME.\\"}"
                exec 3<>/dev/tcp/127.0.0.1/%d
                printf 'POST /%%s HTTP/1.0\\r\\nContent-Length: %%d\\r\\n\\r\\n%%s' "$path" "${#body}" "$body" >&3
                grep -q ' 200 ' <&3
                """.formatted(directory.resolve("calls"), control));
    }

    private Path configured(boolean external) throws IOException {
        TlsMaterial server = ca.issue("localhost", List.of("localhost"), Duration.ofHours(1));
        Files.writeString(directory.resolve("server-ca.pem"), Pem.of(ca.root()));
        var certificate = Files.writeString(directory.resolve("server.pem"), Pem.of(server.chain()));
        var key = Files.writeString(directory.resolve("server.key"), Pem.of(server.key()));
        var config = new JsonObject()
                .put("listenAddress", "127.0.0.1:" + acme)
                .put("managementListenAddress", "127.0.0.1:" + management)
                .put("certificate", certificate.toString())
                .put("privateKey", key.toString())
                .put("httpPort", http01)
                .put("tlsPort", tlsAlpn01)
                .put("ocspResponderURL", "")
                .put("externalAccountBindingRequired", external)
                .put("externalAccountMACKeys", new JsonObject().put("kid-1", MAC));
        return Files.writeString(
                directory.resolve("pebble.json"),
                new JsonObject().put("pebble", config).encode());
    }

    /** Made anew with each start. */
    private void fetchRoot() throws IOException {
        var trust = new FleetTrust(List.of(ca.root()));
        var client = vertx.createHttpClient(new HttpClientOptions().setSsl(true).setTrustOptions(trust.trustOptions()));
        var root = Await.result(client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost("localhost")
                        .setPort(management)
                        .setURI("/roots/0"))
                .compose(request -> request.send().compose(response -> response.body())));
        Files.writeString(directory.resolve("issuing-root.pem"), root.toString());
    }
}
