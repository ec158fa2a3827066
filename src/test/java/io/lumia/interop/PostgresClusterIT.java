package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.OcspQuestion;
import io.lumia.fakes.PostgresServer;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.fakes.RawTls;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, each a process of its own, over one PostgreSQL; a broker with one device apart. */
class PostgresClusterIT {
    private static final String DEVICES = "127.30.0.0/16";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeyPair account = KeyPairs.p256();
    private final List<Integer> ports = List.of(FreePort.anywhere(), FreePort.anywhere(), FreePort.anywhere());
    private final List<Integer> caPorts = List.of(FreePort.anywhere(), FreePort.anywhere(), FreePort.anywhere());
    private final int challenges = FreePort.anywhere();
    private final int mqtt = FreePort.anywhere();
    private final List<RunningLumia> running = new ArrayList<>();
    private final PortBefore ca = new PortBefore();
    private PostgresServer database;
    private String url = "";
    private String accountUrl = "";

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.start();
        url = database.database();
    }

    @AfterEach
    void stop() throws Exception {
        for (RunningLumia each : running) {
            each.stop();
        }
        ca.close();
        if (database != null) {
            database.close();
        }
    }

    @Test
    void several_nodes_are_one_authority() throws Exception {
        var first = node(1);
        copyCa("node-1", "node-2");
        copyCa("node-1", "node-3");
        var starting = CompletableFuture.supplyAsync(() -> node(2));
        var third = node(3);
        var second = starting.get();
        first.awaitMetric("lumia_cluster_nodes", 3);
        assertThat(nodes(second)).containsExactly("node-1", "node-2", "node-3");

        an_order_begins_at_one_node_is_proved_at_another_and_finished_at_a_third(first, second, third);
        a_certificate_that_one_node_revokes_is_revoked_at_the_others_and_its_session_ends(first, second, third);
        a_node_that_stops_is_missed_and_replaced(first, third);
    }

    private void an_order_begins_at_one_node_is_proved_at_another_and_finished_at_a_third(
            RunningLumia first, RunningLumia second, RunningLumia third) throws Exception {
        accountUrl = at(first).register().account;
        var order = at(first).post("/new-order", "{\"identifiers\":[{\"type\":\"ip\",\"value\":\"127.0.0.1\"}]}");
        assertThat(order.status()).as(order.raw().body()).isEqualTo(201);

        prove(second, order);

        var finished = at(third).post(order.body().path("finalize").asText(), "{\"csr\":\"" + csr("127.0.0.1") + "\"}");
        assertThat(finished.body().path("status").asText())
                .as(finished.raw().body())
                .isEqualTo("valid");
        var chain = at(first)
                .post(finished.body().path("certificate").asText(), "")
                .raw()
                .body();
        assertThat(Pem.certificates(chain)).hasSize(2);
    }

    private void a_certificate_that_one_node_revokes_is_revoked_at_the_others_and_its_session_ends(
            RunningLumia first, RunningLumia second, RunningLumia third) throws Exception {
        leadTo(third);
        var broker = brokerWithOneDevice(second);
        assertThat(broker.metric("lumia_mqtt_connections")).isEqualTo(1);
        var device = certificates(second, "dev-0001").get(0).path("serial").asText();

        assertThat(first.post("/certificates/" + device + "/revoke", "{\"reason\":\"keyCompromise\"}")
                        .statusCode())
                .isEqualTo(200);

        broker.awaitMetric("lumia_revocation_enforced_seconds_count", 1);
        assertThat(broker.metric("lumia_mqtt_disconnects_total", "reason=\"revoked\""))
                .isEqualTo(1);
        for (var each : List.of(first, second, third)) {
            assertThat(isRevoked(each, SerialNumber.parse(device))).isTrue();
        }
    }

    private void a_node_that_stops_is_missed_and_replaced(RunningLumia first, RunningLumia third) throws Exception {
        third.stop();
        first.awaitMetric("lumia_cluster_leaves_total", 1);
        assertThat(nodes(first)).containsExactly("node-1", "node-2");

        var replacement = node(3);
        assertThat(nodes(replacement)).containsExactly("node-1", "node-2", "node-3");
        var order = at(replacement).post("/new-order", "{\"identifiers\":[{\"type\":\"ip\",\"value\":\"127.0.0.1\"}]}");
        assertThat(order.status()).as(order.raw().body()).isEqualTo(201);
    }

    /** Asked as often as a client asks that waits for the verdict. */
    private void prove(RunningLumia node, Reply order) throws Exception {
        var authorization = order.body().path("authorizations").get(0).asText();
        var challenge =
                at(node).post(authorization, "").body().path("challenges").findParent("token");
        var token = challenge.path("token").asText();
        var thumbprint = PublicJsonWebKey.Factory.newPublicJwk(account.getPublic())
                .calculateBase64urlEncodedThumbprint("SHA-256");
        var vertx = Vertx.vertx();
        try {
            vertx.createHttpServer()
                    .requestHandler(request -> request.response().end(token + "." + thumbprint))
                    .listen(challenges, "127.0.0.1")
                    .await();
            var begun = at(node).post(challenge.path("url").asText(), "{}");
            assertThat(begun.status()).as(begun.raw().body()).isEqualTo(200);
            var status = "pending";
            for (int tries = 0; status.equals("pending") && tries < 100; tries++) {
                vertx.timer(100).await();
                status = at(node).post(authorization, "").body().path("status").asText();
            }
            assertThat(status).isEqualTo("valid");
        } finally {
            vertx.close().await();
        }
    }

    /** The same account, at this node. */
    private RawAcme at(RunningLumia node) throws Exception {
        leadTo(node);
        var client = new RawAcme(
                "https://localhost:" + ca.port() + "/acme/acme", account, RawTls.http(Files.readString(node.root())));
        client.account = accountUrl;
        return client;
    }

    private void leadTo(RunningLumia node) {
        var name = String.valueOf(node.data.getFileName());
        ca.leadTo(caPorts.get(Integer.parseInt(name.substring("node-".length())) - 1));
    }

    private RunningLumia node(int number) {
        var settings = new ArrayList<>(List.of(
                "store.url=" + url,
                "cluster.node=node-" + number,
                "cluster.port=" + ports.get(number - 1),
                "cluster.bus-port=0",
                "cluster.members="
                        + ports.stream().map(port -> "127.0.0.1:" + port).toList(),
                "authority.port=" + caPorts.get(number - 1),
                "authority.public-url=https://localhost:" + ca.port(),
                "authority.names=[localhost]",
                "authority.host=127.0.0.1",
                "authority.acme.http01-port=" + challenges,
                "authority.acme.allowed-networks=[127.0.0.1/32," + DEVICES + "]",
                "provisioning.host=127.0.0.1",
                "provisioning.enabled=true",
                "provisioning.whitelist=" + DEVICES,
                "broker.port=" + mqtt,
                "metrics.host=127.0.0.1"));
        try {
            var node = RunningLumia.withoutDevices(
                    "cluster",
                    directory.resolve("node-" + number),
                    Map.of("LUMIA_STORE_PASSWORD", PostgresServer.PASSWORD),
                    settings);
            synchronized (running) {
                running.add(node);
            }
            return node;
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    private RunningLumia brokerWithOneDevice(RunningLumia node) throws Exception {
        var broker = new RunningLumia(
                directory.resolve("broker"),
                DEVICES,
                1,
                "parts=[broker,swarm,renewal,metrics]",
                "broker.port=" + mqtt,
                "upstream.url=" + node.admin().resolve("/"),
                "upstream.token-file=" + node.data.resolve("admin-token"),
                "agent.provisioning-url=" + node.provisioning(),
                "agent.http01-port=" + challenges);
        running.add(broker);
        return broker;
    }

    private void copyCa(String from, String to) throws Exception {
        var target = Files.createDirectories(directory.resolve(to).resolve("ca"));
        try (var files = Files.list(directory.resolve(from).resolve("ca"))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    private static List<String> nodes(RunningLumia node) throws Exception {
        return JSON.readTree(node.get("/status").body())
                .path("cluster")
                .path("nodes")
                .findValuesAsText("name");
    }

    private static List<JsonNode> certificates(RunningLumia node, String identity) throws Exception {
        var found = new ArrayList<JsonNode>();
        JSON.readTree(node.get("/certificates?query=" + identity).body())
                .path("certificates")
                .forEach(each -> {
                    if (each.path("profile").asText().equals("device")) {
                        found.add(each);
                    }
                });
        return found;
    }

    private static boolean isRevoked(RunningLumia node, SerialNumber serial) throws Exception {
        var issuer = Pem.certificates(Files.readString(node.data.resolve("ca/intermediate.crt")))
                .get(0);
        var request = HttpRequest.newBuilder(URI.create(node.plainCa() + "/ocsp"))
                .header("Content-Type", "application/ocsp-request")
                .POST(BodyPublishers.ofByteArray(
                        new OcspQuestion().about(issuer, serial).der()))
                .build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
        var basic = OcspQuestion.Answer.read(answer.body(), issuer).basic();
        return basic != null && basic.getResponses()[0].getCertStatus() instanceof RevokedStatus;
    }

    private static String csr(String name) throws Exception {
        var pem = CertificateRequest.create(KeyPairs.p256(), name, List.of(name));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Pem.content("CERTIFICATE REQUEST", pem));
    }
}
