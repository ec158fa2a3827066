package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.ChallengeType;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.lumia.config.SecretSource;
import io.lumia.config.StepCaConfig;
import io.lumia.config.StepCaConfig.Renewal;
import io.lumia.crypto.CryptoProviders;
import io.lumia.fakes.Await;
import io.lumia.fakes.IssuerSettings;
import io.lumia.fakes.UpdatableDns;
import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.CertificateSources;
import io.lumia.issuance.CertificateWish;
import io.lumia.issuance.CertificateWish.Usage;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.issuance.StepCaSource;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.KeyType;
import io.lumia.x509.Pem;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to a certificate of a real step-ca. */
class StepCaSourceIT {
    private static final String NAME = "broker.example.test";

    private static final Set<Usage> USAGES = Set.of(Usage.SERVER, Usage.CLIENT);

    @TempDir
    Path directory;

    private Vertx vertx;
    private UpdatableDns dns;
    private StepCaServer ca;

    @BeforeEach
    void start() throws Exception {
        CryptoProviders.install();
        vertx = Vertx.vertx();
        dns = new UpdatableDns(vertx, "example.test");
        ca = new StepCaServer(directory, dns.address());
    }

    @AfterEach
    void stop() {
        if (ca != null) {
            ca.close();
        }
        Await.result(vertx.close());
    }

    @Test
    void a_jwk_token_signs_the_first_and_mtls_rekeys_and_renews_the_next() throws Exception {
        var source = source(jwk(Renewal.REKEY, null));
        Await.result(source.health());

        var first = Await.result(source.obtain(wish(null)));
        var rekeyed = Await.result(source.obtain(wish(first)));
        var renewed = Await.result(source(jwk(Renewal.RENEW, null)).obtain(wish(rekeyed)));

        assertThat(rekeyed.leaf().getPublicKey()).isNotEqualTo(first.leaf().getPublicKey());
        assertThat(renewed.leaf().getPublicKey()).isEqualTo(rekeyed.leaf().getPublicKey());
        assertThat(Set.of(first.fingerprint(), rekeyed.fingerprint(), renewed.fingerprint()))
                .hasSize(3);
        assertThat(Await.result(source.last()).orElseThrow().fingerprint()).isEqualTo(renewed.fingerprint());
        assertThat(renewed.leaf().getExtendedKeyUsage()).hasSize(2);
    }

    @Test
    void other_names_are_asked_for_with_a_token_since_a_renewal_keeps_the_old() throws Exception {
        var source = source(jwk(Renewal.REKEY, null));
        var first = Await.result(source.obtain(wish(null)));
        var more = new CertificateWish(NAME, List.of(NAME, "other.example.test", "127.0.0.1"), KeyType.P384, first);

        var second = Await.result(source.obtain(more));

        assertThat(second.leaf().getSubjectAlternativeNames()).hasSize(3);
    }

    @Test
    void the_provisioners_key_is_read_from_a_file_in_each_form_step_writes() throws IOException {
        var parts = ca.encryptedKey().split("\\.");
        var flattened = new JsonObject()
                .put("protected", parts[0])
                .put("encrypted_key", parts[1])
                .put("iv", parts[2])
                .put("ciphertext", parts[3])
                .put("tag", parts[4]);
        for (String text : List.of(ca.encryptedKey(), flattened.encode())) {
            var key = Files.writeString(directory.resolve("provisioner.key"), text);
            assertThat(Await.result(source(jwk(Renewal.REKEY, key)).obtain(wish(null)))
                            .leaf())
                    .isNotNull();
        }
    }

    @Test
    void a_wrong_password_and_an_unknown_provisioner_are_named() throws IOException {
        var wrong = Files.writeString(directory.resolve("wrong"), "wrong\n");
        var locked = config(step("jwk", ca.fingerprint(), SecretSource.file(wrong), null, Renewal.REKEY, null));
        assertThat(failure(source(locked), wish(null))).hasMessageContaining("password-file");
        var unknown =
                config(step("other", ca.fingerprint(), SecretSource.file(ca.password), null, Renewal.REKEY, null));
        assertThat(failure(source(unknown), wish(null))).hasMessageContaining("step-ca.provisioner");
    }

    @Test
    void a_certificate_vouches_for_another_by_x5c() throws IOException {
        var holder = Await.result(source(jwk(Renewal.REKEY, null)).obtain(wish(null)));
        var certificate = Files.writeString(directory.resolve("holder.pem"), Pem.of(holder.chain()));
        var key = Files.writeString(directory.resolve("holder.key"), Pem.of(holder.key()));
        var x5c = new StepCaConfig(
                ca.url(), ca.fingerprint(), "x5c", null, null, certificate, key, Duration.ofMinutes(10), Renewal.REKEY);

        var issued = Await.result(source(config(x5c))
                .obtain(new CertificateWish("site", List.of("site.example.test"), KeyType.RSA_2048, null)));

        assertThat(issued.leaf().getPublicKey().getAlgorithm()).isEqualTo("RSA");
        assertThat(issued.leaf().getNotAfter()).isBefore(holder.leaf().getNotAfter());
    }

    @Test
    void an_expired_certificate_is_renewed_by_its_own_token() throws IOException {
        var source = source(config(step(
                "jwk", ca.fingerprint(), SecretSource.file(ca.password), null, Renewal.REKEY, Duration.ofSeconds(2))));
        var first = Await.result(source.obtain(wish(null)));
        var end = first.leaf().getNotAfter().toInstant();
        Await.until(vertx, "expiry", () -> Instant.now().isAfter(end.plusMillis(200)));

        var alone = source(config(step(null, ca.fingerprint(), null, null, Renewal.REKEY, null)));
        var next = Await.result(alone.obtain(wish(first)));

        assertThat(next.leaf().getPublicKey()).isEqualTo(first.leaf().getPublicKey());
        assertThat(next.leaf().getNotAfter().toInstant()).isAfter(end);
    }

    @Test
    void a_revoked_one_is_renewed_no_more_and_a_token_takes_its_place() throws IOException {
        var source = source(jwk(Renewal.RENEW, null));
        var first = Await.result(source.obtain(wish(null)));
        var second = Await.result(source.obtain(wish(null)));

        Await.result(source.revoke(SerialNumber.of(first.leaf()), RevocationReason.KEY_COMPROMISE));
        Await.result(source.revoke(second, RevocationReason.SUPERSEDED));

        for (TlsMaterial revoked : List.of(first, second)) {
            var instead = Await.result(source.obtain(wish(revoked)));
            assertThat(instead.leaf().getPublicKey())
                    .isNotEqualTo(revoked.leaf().getPublicKey());
            var alone = source(config(step(null, ca.fingerprint(), null, null, Renewal.RENEW, null)));
            assertThat(failure(alone, wish(revoked)).reason()).isEqualTo(Reason.REFUSED);
        }
        assertThat(Await.failure(source.revoke(second, RevocationReason.SUPERSEDED)))
                .isInstanceOf(IssuanceFailed.class);
    }

    @Test
    void another_root_is_not_trusted_and_a_ca_that_is_down_is_told() throws IOException {
        var other = new Fingerprint("ab".repeat(32));
        var source = source(config(step("jwk", other, SecretSource.file(ca.password), null, Renewal.REKEY, null)));
        assertThat(failure(source, wish(null))).hasMessageContaining("HTTP 404");
        var good = source(jwk(Renewal.REKEY, null));
        Await.result(good.health());

        ca.close();

        var down = failure(good, wish(null));
        assertThat(down.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(down).hasMessageContaining("step-ca.url");
        assertThat(Await.failure(good.health())).hasMessageContaining("cannot be reached");
    }

    @Test
    void its_acme_server_takes_all_three_challenges() throws IOException {
        for (ChallengeType challenge : ChallengeType.values()) {
            var settings = new IssuerSettings();
            settings.directory = ca.acme();
            settings.challenge = challenge;
            settings.bundle = ca.root();
            settings.challengeAddress =
                    new HostPort("127.0.0.1", challenge == ChallengeType.HTTP_01 ? ca.http01 : ca.tlsAlpn01);
            var secret = Files.writeString(directory.resolve("tsig"), dns.secret);
            settings.dns = IssuerSettings.updates(dns.address(), UpdatableDns.KEY, secret);

            var issued = Await.result(sources().of("acme", settings.build()).obtain(wish(null)));

            assertThat(issued.leaf().getPublicKey().getAlgorithm()).isEqualTo("EC");
        }
    }

    private IssuerConfig jwk(Renewal renewal, @Nullable Path key) throws IOException {
        return config(step("jwk", ca.fingerprint(), SecretSource.file(ca.password), key, renewal, null));
    }

    private StepCaConfig step(
            @Nullable String provisioner,
            Fingerprint fingerprint,
            @Nullable SecretSource password,
            @Nullable Path key,
            Renewal renewal,
            @Nullable Duration lifetime) {
        return new StepCaConfig(ca.url(), fingerprint, provisioner, key, password, null, null, lifetime, renewal);
    }

    private static IssuerConfig config(StepCaConfig step) {
        var settings = new IssuerSettings();
        settings.type = IssuerConfig.Type.STEP_CA;
        settings.stepCa = step;
        return settings.build();
    }

    private StepCaSource source(IssuerConfig config) {
        return sources().stepCa("broker", config);
    }

    private CertificateSources sources() {
        return new CertificateSources(vertx, directory, Clock.systemUTC());
    }

    private static CertificateWish wish(@Nullable TlsMaterial current) {
        return new CertificateWish(NAME, List.of(NAME), KeyType.P256, current, USAGES);
    }

    private static IssuanceFailed failure(CertificateSource source, CertificateWish wish) {
        return (IssuanceFailed) Await.failure(source.obtain(wish));
    }
}
