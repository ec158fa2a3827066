package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.authority.AuthorityFixture;
import io.lumia.authority.SharedRoot;
import io.lumia.broker.RawMqtt.Connect;
import io.lumia.broker.TestBroker.Access;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.BrokerReloaded;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.FleetConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.tls.ListenerCertificates;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two regions, each with an authority of its own under the root that they share, and the broker of one of them. */
class RegionsTest {
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int BANNED = 0x98;

    @TempDir
    Path home;

    private SharedRoot root;
    private X509Certificate intermediateOfB;
    private AuthorityFixture a;
    private AuthorityFixture b;

    @BeforeEach
    void establish() throws Exception {
        root = new SharedRoot(home.resolve("root"), Clock.systemUTC());
        root.establish("a", home.resolve("a"));
        intermediateOfB = root.establish("b", home.resolve("b"));
        a = new AuthorityFixture(home.resolve("a"), Clock.systemUTC());
        b = new AuthorityFixture(home.resolve("b"), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    @Test
    void a_device_of_another_region_is_refused_unless_its_ca_is_named() throws Exception {
        int port = broker(Access.DEFAULT);
        assertThat(refusal(port, device(b, "dev-b"))).isEqualTo(NOT_AUTHORIZED);
        connected(port, device(a, "dev-a")).close();
    }

    @Test
    void a_device_of_a_region_whose_ca_is_named_is_a_guest_until_that_regions_crl_names_it() throws Exception {
        var crl = home.resolve("b.crl");
        Files.copy(home.resolve("b/ca/intermediate.crl"), crl);
        var others = Files.writeString(home.resolve("b.crt"), Pem.of(intermediateOfB));
        var reloads = new ConcurrentLinkedQueue<BrokerReloaded>();
        FleetBus.BROKER_RELOADED.listen(a.vertx, reloads::add).await();
        int port = broker(Access.DEFAULT.trusting(List.of(others), List.of(crl)));
        var lost = device(b, "dev-b");
        var stays = device(b, "dev-b2");

        connected(port, device(a, "dev-a")).close();
        try (var client = connected(port, lost);
                var other = connected(port, stays)) {
            client.send(RawMqtt.subscribe(5, "shared/#", 0, 1));
            assertThat(client.next().lastByte()).as("by a rule").isZero();
            client.send(RawMqtt.subscribe(5, "devices/dev-b/#", 0, 2));
            assertThat(client.next().lastByte()).as("no topics of its own").isEqualTo(NOT_AUTHORIZED);

            revokeAtB(lost.leaf());
            TestBroker.replace(crl, Files.readString(home.resolve("b/ca/intermediate.crl")));
            assertThat(client.next().at(0)).isEqualTo(BANNED);
            assertThat(client.isClosedByBroker()).isTrue();
            other.ping();
        }
        assertThat(reloads).extracting(BrokerReloaded::result).doesNotContain("refused");
        assertThat(refusal(port, lost)).isEqualTo(NOT_AUTHORIZED);
        assertThat(refusal(port, device(b, "dev-a")))
                .as("the name of A's device")
                .isEqualTo(NOT_AUTHORIZED);
        connected(port, stays).close();
    }

    private int broker(Access access) {
        var rule = new TopicRule("dev-b", List.of(), List.of("shared/#"));
        var broker = new BrokerVerticle(
                TestBroker.config(access, rule),
                new ListenerCertificates(home.resolve("a"), TestBroker.TLS, Clock.systemUTC()),
                new FleetConfig(new FleetDomain("devices.lumia.internal")),
                home.resolve("a"),
                Clock.systemUTC());
        assertThat(a.vertx.deployVerticle(broker).await()).isNotNull();
        return broker.port();
    }

    private void revokeAtB(X509Certificate leaf) {
        var serial = SerialNumber.of(leaf);
        var outcome = FleetBus.REVOKE_CERTIFICATE
                .ask(b.vertx, new RevokeCertificate(serial, RevocationReason.KEY_COMPROMISE, "operator"))
                .await();
        assertThat(outcome).isInstanceOf(RevokeOutcome.Revoked.class);
        Await.until(b.vertx, "B's CRL names it", () -> published().isRevoked(leaf));
    }

    private X509CRL published() {
        try (var file = Files.newInputStream(home.resolve("b/ca/intermediate.crl"))) {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(file);
        } catch (Exception unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    /** As a region's devices get theirs: a bootstrap certificate claims the name first. */
    private static TlsMaterial device(AuthorityFixture region, String name) {
        var unused = issued(region, Profile.BOOTSTRAP, name, KeyPairs.p256());
        var pair = KeyPairs.p256();
        return new TlsMaterial(pair.getPrivate(), issued(region, Profile.DEVICE, name, pair));
    }

    private static List<X509Certificate> issued(AuthorityFixture region, Profile profile, String name, KeyPair pair) {
        var outcome = FleetBus.ISSUE_CERTIFICATE
                .ask(
                        region.vertx,
                        new IssueCertificate(
                                profile,
                                CertificateRequest.create(pair, name, List.of()),
                                List.of(),
                                null,
                                new Claim(new DeviceName(name), "127.20.0.3"),
                                "test",
                                "provisioning"))
                .await();
        assertThat(outcome).isInstanceOf(IssueOutcome.Issued.class);
        var bundle = ((IssueOutcome.Issued) outcome).bundle();
        var chain = new ArrayList<>(Pem.certificates(bundle.certificate()));
        chain.addAll(Pem.certificates(bundle.chain()));
        return chain;
    }

    private RawMqtt connected(int port, TlsMaterial material) throws Exception {
        var client = client(port, material);
        assertThat(client.say(Connect.mqtt5("c-" + SerialNumber.of(material.leaf())))
                        .at(1))
                .isZero();
        return client;
    }

    private int refusal(int port, TlsMaterial material) throws Exception {
        try (var client = client(port, material)) {
            return client.say(Connect.mqtt5("refused")).at(1);
        }
    }

    private RawMqtt client(int port, TlsMaterial material) throws Exception {
        return RawMqtt.connect(new InetSocketAddress("127.0.0.1", port), root.certificate(), material, 0);
    }
}
