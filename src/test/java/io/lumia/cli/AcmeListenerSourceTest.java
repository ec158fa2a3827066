package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.AcmeClientConfig;
import io.lumia.config.ChallengeType;
import io.lumia.config.DnsConfig;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.lumia.config.TlsSection;
import io.lumia.fakes.AcmeHarness;
import io.lumia.fakes.Await;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.IssuerSettings;
import io.lumia.fakes.UpdatableDns;
import io.lumia.issuance.CertificateSources;
import io.lumia.issuance.CertificateWish;
import io.lumia.tls.ListenerCertificates.AcmeListener;
import io.lumia.tls.ListenerSource;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.KeyType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeListenerSourceTest {
    private static final String NAME = "broker.example.test";
    private static final HostPort NOBODY = new HostPort("127.0.0.1", 1);

    @TempDir
    private Path data;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void a_listener_and_an_instance_answer_challenges_at_one_address_at_the_same_time() throws IOException {
        var at = new HostPort("127.0.0.11", FreePort.anywhere());
        try (var acme = new AcmeHarness(data.resolve("ca"), true, List.of("127.0.0.0/8"), at.port())) {
            Files.writeString(bundle(), acme.issuer.root());
            acme.dns.with(NAME, at.host()).with("instance.example.test", at.host());
            var sources = new CertificateSources(acme.vertx, data, acme.clock);
            var listener = listener(sources, acme, ChallengeType.HTTP_01, at, DnsConfig.NONE);
            var instance = sources.of(
                    "instance",
                    IssuerConfig.acme(
                            URI.create(acme.directory()), null, ChallengeType.HTTP_01, at, bundle(), null, null));
            var wish =
                    new CertificateWish("instance.example.test", List.of("instance.example.test"), KeyType.P256, null);
            var orders = new ArrayList<Future<TlsMaterial>>();
            for (int i = 0; i < 4; i++) {
                orders.add(listener.obtain(null));
                orders.add(instance.obtain(wish));
            }

            Await.result(Future.all(orders));

            assertThat(orders.stream().map(order -> order.result().fingerprint()))
                    .doesNotHaveDuplicates()
                    .hasSize(8);
        }
    }

    @Test
    void a_listener_proves_its_name_by_dns_01() throws IOException {
        var dns = new UpdatableDns(vertx, "example.test");
        var secret = Files.writeString(data.resolve("tsig"), dns.secret);
        try (var acme = new AcmeHarness(data.resolve("ca"), true, settings -> settings.resolver = dns.address())) {
            Files.writeString(bundle(), acme.issuer.root());
            var updates = IssuerSettings.updates(dns.address(), UpdatableDns.KEY, secret);
            var sources = new CertificateSources(acme.vertx, data, acme.clock);

            var issued = Await.result(listener(sources, acme, ChallengeType.DNS_01, NOBODY, updates)
                    .obtain(null));

            assertThat(issued.leaf()).isNotNull();
            assertThat(dns.seen).hasSize(1);
            assertThat(dns.records).isEmpty();
        }
    }

    @Test
    void a_running_process_asks_no_person_to_write_records() {
        assertThatThrownBy(() -> section("https://localhost/directory", ChallengeType.DNS_01, NOBODY, DnsConfig.NONE))
                .hasMessageContaining("dns.server");
    }

    private ListenerSource listener(
            CertificateSources sources, AcmeHarness acme, ChallengeType challenge, HostPort at, DnsConfig dns) {
        var section = section(acme.directory(), challenge, at, dns);
        return AcmeListenerSource.by(sources)
                .open(new AcmeListener(
                        "broker", "broker.tls", at.host(), List.of(NAME), section, data.resolve("listener")));
    }

    private TlsSection section(String directory, ChallengeType challenge, HostPort at, DnsConfig dns) {
        var acme = new AcmeClientConfig(
                URI.create(directory), null, List.of(), challenge, at, dns, Duration.ofHours(8), null, bundle());
        return new TlsSection(TlsSection.Mode.ACME, null, null, null, acme, TlsSection.Mtls.NONE);
    }

    private Path bundle() {
        return data.resolve("bundle.pem");
    }
}
