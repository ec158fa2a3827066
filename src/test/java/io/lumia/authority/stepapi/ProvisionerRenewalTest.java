package io.lumia.authority.stepapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.config.LeafTemplate;
import io.lumia.config.NameRules;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.StepClient;
import io.lumia.fakes.StepClient.Holder;
import io.lumia.fakes.StepClient.Reply;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.KeyType;
import io.lumia.x509.LeafForm.Purpose;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Renewals keep the form of their provisioner and to its rules. */
class ProvisionerRenewalTest {
    private static final String NAME = "site.example.test";

    private final MovableClock clock = new MovableClock(Instant.now());
    private final KeyPair pair = KeyPairs.p256();

    @TempDir
    Path data;

    @Test
    void renewal_and_rekey_keep_the_template() throws Exception {
        try (var authority = authority(null, null, null)) {
            var client = new StepClient(authority, data);
            var first = issued(authority);
            for (Reply reply : List.of(renew(client, first), rekey(client, first, KeyPairs.p256()))) {
                var next = reply.certificate();
                assertThat(next.getExtendedKeyUsage()).isEqualTo(first.leaf().getExtendedKeyUsage());
                assertThat(next.getSubjectX500Principal())
                        .isEqualTo(first.leaf().getSubjectX500Principal());
                assertThat(next.getSubjectX500Principal().toString()).contains("O=Works");
                assertThat(next.getSubjectAlternativeNames())
                        .containsExactlyElementsOf(first.leaf().getSubjectAlternativeNames());
            }
        }
    }

    @Test
    void rules_that_became_stricter_hold_for_renewals() throws Exception {
        Holder first;
        try (var authority = authority(null, null, null)) {
            first = issued(authority);
        }
        try (var authority = authority(Duration.ofMinutes(10), List.of(KeyType.P256), null)) {
            var client = new StepClient(authority, data);
            var next = renew(client, first).certificate();
            assertThat(Duration.between(
                            next.getNotBefore().toInstant(), next.getNotAfter().toInstant()))
                    .isEqualTo(Duration.ofMinutes(11));
            assertThat(rekey(client, first, KeyPairs.of(KeyType.P384)).message())
                    .contains("p384");
        }
        try (var authority = authority(null, null, new NameRules(null, List.of("example.test"), null, null))) {
            assertThat(renew(new StepClient(authority, data), first).message()).contains("it is denied");
        }
    }

    @Test
    void a_token_gets_no_name_that_its_provisioner_does_not_certify() throws Exception {
        var rules = new NameRules(List.of("allowed.test"), null, null, null);
        try (var authority = new LoopbackAuthority(data, settings -> {}, LoopbackAuthority.stepApi(rules), clock)) {
            var client = new StepClient(authority, data);
            assertThat(client.certificate(pair, "a.allowed.test", new JsonObject())
                            .leaf())
                    .isNotNull();
            var token = client.token(client.claims("sign", NAME, NAME));
            var refused = client.sign(token, pair, NAME, List.of(NAME), new JsonObject());
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.message()).contains("the provisioner does not certify it");
        }
    }

    private LoopbackAuthority authority(
            @Nullable Duration longest, @Nullable List<KeyType> types, @Nullable NameRules names) throws IOException {
        Consumer<AcmeSettings> change = settings -> settings.provisioners.put(
                "mqtt-acme",
                new Provisioner(
                        null,
                        null,
                        null,
                        longest,
                        null,
                        types,
                        names == null ? NameRules.ALL : names,
                        new LeafTemplate(
                                null,
                                List.of(Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH),
                                null,
                                null,
                                null,
                                null,
                                "Works",
                                null,
                                List.of("shared.test"))));
        return new LoopbackAuthority(data, change, LoopbackAuthority.stepApi((Path) null), clock);
    }

    private Holder issued(LoopbackAuthority authority) {
        var request = new IssueCertificate(
                Profile.SERVER,
                CertificateRequest.create(pair, NAME, List.of()),
                List.of(NAME),
                Duration.ofHours(1),
                null,
                "test",
                "acme",
                Provisioned.by("mqtt-acme"));
        var outcome = FleetBus.ISSUE_CERTIFICATE.ask(authority.vertx, request).await();
        var bundle = ((IssueOutcome.Issued) outcome).bundle();
        return new Holder(pair.getPrivate(), Pem.certificates(bundle.fullChain()));
    }

    private static Reply renew(StepClient client, Holder holder) {
        return client.post("/1.0/renew", new JsonObject(), holder, "");
    }

    private static Reply rekey(StepClient client, Holder holder, KeyPair next) {
        var body = new JsonObject().put("csr", CertificateRequest.create(next, "ignored", List.of()));
        return client.post("/1.0/rekey", body, holder, "");
    }
}
