package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.ChallengeType;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.lumia.fakes.AcmeHarness;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.x509.KeyType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeSourceTest {
    private static final String NAME = "broker.example.test";

    @TempDir
    private Path data;

    private final int port = FreePort.anywhere();

    @Test
    void obtains_a_certificate_by_http_01_and_keeps_account_and_certificate() throws IOException {
        try (var acme = acme()) {
            var source = source(acme, acme.directory());

            var issued = Await.result(source.obtain(wish(KeyType.P384)));

            assertThat(IssuedCertificateCheck.problems(issued, wish(KeyType.P384), List.of(), acme.clock.instant()))
                    .containsExactly("no root is trusted");
            var again = source(acme, acme.directory());
            assertThat(Await.result(again.last()).orElseThrow().fingerprint()).isEqualTo(issued.fingerprint());
            var account = Files.readString(storage().resolve("account-key.pem"));
            var next = Await.result(again.obtain(wish(KeyType.RSA_2048)));
            assertThat(next.leaf().getPublicKey()).isNotEqualTo(issued.leaf().getPublicKey());
            assertThat(storage().resolve("account-key.pem")).hasContent(account);
            for (String secret : List.of("account-key.pem", "last.pem")) {
                assertThat(PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(storage().resolve(secret))))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void says_that_nothing_answers_and_what_to_check() throws IOException {
        try (var acme = acme()) {
            var gone = source(acme, "https://localhost:" + FreePort.anywhere() + "/directory");

            for (Throwable failure :
                    List.of(Await.failure(gone.health()), Await.failure(gone.obtain(wish(KeyType.P256))))) {
                assertThat(failure).isInstanceOf(IssuanceFailed.class).hasMessageContaining("directory-url");
                assertThat(((IssuanceFailed) failure).reason()).isEqualTo(IssuanceFailed.Reason.UNREACHABLE);
            }
            Await.result(source(acme, acme.directory()).health());
        }
    }

    @Test
    void names_the_bundle_when_the_server_is_of_another_ca() throws IOException {
        try (var acme = acme()) {
            var source = source(acme, acme.directory());
            Files.writeString(bundle(), io.lumia.x509.Pem.of(new FleetCa(acme.clock).root()));

            assertThat(Await.failure(source.health())).hasMessageContaining("ca-bundle");
        }
    }

    @Test
    void tells_which_challenge_failed_and_closes_the_port() throws IOException {
        try (var acme = acme()) {
            acme.dns.with("elsewhere.example.test", "127.0.0.77");
            var source = source(acme, acme.directory());
            var wish = new CertificateWish(NAME, List.of(NAME, "elsewhere.example.test"), KeyType.P256, null);

            var failure = (IssuanceFailed) Await.failure(source.obtain(wish));

            assertThat(failure.reason()).isEqualTo(IssuanceFailed.Reason.CHALLENGE);
            assertThat(failure).hasMessageContaining("elsewhere.example.test").hasMessageContaining("http-01");
            Await.until(
                    acme.vertx,
                    "the port is free",
                    () -> Await.result(acme.vertx
                            .createNetClient()
                            .connect(port, "127.0.0.11")
                            .map(false)
                            .otherwise(true)));
            assertThat(Await.result(source.obtain(wish(KeyType.P256))).leaf()).isNotNull();
        }
    }

    private AcmeHarness acme() throws IOException {
        var acme = new AcmeHarness(data.resolve("ca"), true, List.of("127.0.0.0/8"), port);
        acme.dns.with(NAME, "127.0.0.11");
        Files.writeString(bundle(), acme.issuer.root());
        return acme;
    }

    private Path bundle() {
        return data.resolve("bundle.pem");
    }

    private Path storage() {
        return data.resolve("issuers/broker");
    }

    private CertificateSource source(AcmeHarness acme, String directory) {
        var config = IssuerConfig.acme(
                URI.create(directory),
                "ops@example.test",
                ChallengeType.HTTP_01,
                new HostPort("127.0.0.11", port),
                bundle(),
                null,
                null);
        return new CertificateSources(acme.vertx, data, acme.clock).of("broker", config);
    }

    private static CertificateWish wish(KeyType type) {
        return new CertificateWish(NAME, List.of(NAME), type, null);
    }
}
