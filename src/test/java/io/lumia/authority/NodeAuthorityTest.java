package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lumia.bus.Call;
import io.lumia.bus.Event;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.RequestsShed;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.TestNode;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets onto the event bus of a node, and who does not. */
class NodeAuthorityTest {
    private static final AuthorityConfig CONFIG = new ConfigLoader()
            .load(ConfigSources.ofProfile("standalone"))
            .config()
            .authority();
    private static final Call<CountOverdue, OverdueCount> CALL =
            new Call<>("test.intruder", CountOverdue.class, OverdueCount.class, Duration.ofSeconds(2));
    private static final Event<RequestsShed> EVENT = new Event<>("test.intruder", RequestsShed.class);

    @TempDir
    private static Path data;

    private static List<Integer> ports = List.of();
    private static Ca fleet;
    private static TestNode node;

    @BeforeAll
    static void start() {
        fleet = new CaDirectory(data, CONFIG, IssuerLocations.NONE, Clock.systemUTC()).open(false);
        ports = List.of(FreePort.anywhere(), FreePort.anywhere());
        node = TestNode.join("node", ports, ports.get(0), TestNode.credentials(data, "node"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void a_node_is_let_in() {
        assertThat(isLetIn(TestNode.credentials(data, "other").own())).isTrue();
    }

    @Test
    void a_device_of_the_same_ca_is_not() {
        assertThat(isLetIn(leaf(Profile.DEVICE, "dev-0001"))).isFalse();
    }

    @Test
    void a_listener_of_the_same_ca_that_may_be_a_client_is_not_even_with_the_name_of_a_node() {
        assertThat(isLetIn(leaf(Profile.SERVER, "node"))).isFalse();
    }

    @Test
    void nobody_is_let_in_without_a_certificate() {
        assertThat(isLetIn(null)).isFalse();
    }

    @Test
    void a_member_with_credentials_of_another_ca_hears_and_asks_nothing(@TempDir Path elsewhere) {
        Await.result(CALL.serve(node.vertx(), asked -> Future.succeededFuture(new OverdueCount(1))));
        Promise<RequestsShed> heard = Promise.promise();
        Await.result(EVENT.listen(node.vertx(), heard::tryComplete));
        try (var foreign = TestNode.join("foreign", ports, ports.get(1), TestNode.credentials(elsewhere, "foreign"))) {
            var heardThere = new CopyOnWriteArrayList<RequestsShed>();
            Await.result(EVENT.listen(foreign.vertx(), heardThere::add));
            assertThat(foreign.link().state().nodes()).hasSize(2); // Hazelcast asks for no certificate
            assertThat(Await.failure(CALL.ask(foreign.vertx(), new CountOverdue(0.5, null))))
                    .isNotNull();
            EVENT.publish(foreign.vertx(), new RequestsShed("from foreign", 1));
            EVENT.publish(node.vertx(), new RequestsShed("from node", 1));
            assertThat(Await.result(heard.future()).limit()).isEqualTo("from node");
            assertThat(heardThere).extracting(RequestsShed::limit).doesNotContain("from node");
        }
    }

    @Test
    void the_root_of_nodes_stays_the_same_and_its_key_is_encrypted() throws Exception {
        var first = TestNode.credentials(data, "one").root();
        assertThat(TestNode.credentials(data, "two").root()).isEqualTo(first);
        assertThat(Files.readString(data.resolve("ca/nodes.key"))).contains("ENCRYPTED PRIVATE KEY");
        assertThat(first).isNotEqualTo(fleet.rootFingerprint());
    }

    @Test
    void a_node_that_may_not_make_the_root_says_what_to_copy(@TempDir Path empty) {
        assertThatExceptionOfType(CannotStart.class)
                .isThrownBy(() -> NodeAuthority.open(empty, CONFIG, false, Clock.systemUTC()))
                .withMessageContaining("nodes.crt")
                .withMessageContaining("cluster.tls");
    }

    private static TlsMaterial leaf(Profile profile, String name) {
        var pair = KeyPairs.p256();
        var now = Instant.now();
        var leaf = CertificateTemplate.leaf(
                        profile,
                        name,
                        List.of(name),
                        pair.getPublic(),
                        SerialNumber.random(new SecureRandom()),
                        new Validity(now.minusSeconds(60), now.plusSeconds(600)),
                        IssuerLocations.NONE)
                .forClientsToo()
                .signedBy(fleet.issuer());
        return new TlsMaterial(pair.getPrivate(), List.of(leaf, fleet.issuer().certificate()));
    }

    /** With TLS 1.3 a client hears only after its handshake that its certificate is refused. */
    private static boolean isLetIn(@Nullable TlsMaterial shown) {
        var vertx = Vertx.vertx();
        try {
            var options = new NetClientOptions().setSsl(true).setTrustAll(true).setHostnameVerificationAlgorithm("");
            if (shown != null) {
                options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(Pem.of(shown.chain())))
                        .addKeyValue(Buffer.buffer(Pem.of(shown.key()))));
            }
            var client = vertx.createNetClient(options);
            Promise<Boolean> in = Promise.promise();
            client.connect(node.busPort(), "127.0.0.1")
                    .onSuccess(socket -> {
                        socket.exceptionHandler(refused -> in.tryComplete(false));
                        socket.closeHandler(closed -> in.tryComplete(false));
                        vertx.setTimer(500, still -> in.tryComplete(true));
                    })
                    .onFailure(refused -> in.tryComplete(false));
            return Await.result(in.future().eventually(client::close));
        } finally {
            Await.result(vertx.close());
        }
    }
}
