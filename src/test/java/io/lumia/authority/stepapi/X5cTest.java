package io.lumia.authority.stepapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.StepClient;
import io.lumia.fakes.StepClient.Holder;
import io.lumia.fakes.StepClient.Reply;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class X5cTest {
    private static final String NAME = "vouched.example.test";

    private final TestAuthority elsewhere = TestAuthority.at(Instant.now());
    private final KeyPair pair = KeyPairs.p256();

    @TempDir
    Path data;

    @TempDir
    Path other;

    private LoopbackAuthority authority;
    private StepClient client;

    @BeforeEach
    void start() throws Exception {
        var roots = Files.writeString(other.resolve("roots.pem"), Pem.of(elsewhere.root()));
        authority = new LoopbackAuthority(data, LoopbackAuthority.stepApi(roots), Clock.systemUTC());
        client = new StepClient(authority, data);
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void a_new_certificate_ends_with_the_one_that_vouches_for_it() throws Exception {
        var voucher = client.certificate(pair, "voucher.example.test", new JsonObject().put("notAfter", "10m"));
        var reply = sign(voucher, new JsonObject());
        assertThat(reply.status()).as("%s", reply).isEqualTo(201);
        assertThat(reply.certificate().getNotAfter()).isEqualTo(voucher.leaf().getNotAfter());
        assertThat(sign(voucher, new JsonObject().put("notAfter", "11m")).status())
                .isEqualTo(403);
        assertThat(sign(voucher, new JsonObject().put("notAfter", "5m")).status())
                .isEqualTo(201);
    }

    @Test
    void refuses_devices_and_those_that_only_passed_a_challenge() {
        var bootstrap = issued(Profile.BOOTSTRAP, "dev-0001", null);
        var device = issued(Profile.DEVICE, "dev-0001", null);
        var challenged = issued(Profile.SERVER, "site.example.test", new Provisioned("acme", true, null, null));
        var listener = issued(Profile.SERVER, "site.example.test", null);
        for (Holder holder : List.of(bootstrap, device, challenged, listener)) {
            assertThat(sign(holder, new JsonObject()).status()).isEqualTo(401);
        }
        assertThat(sign(issued(Profile.ADMIN, "operator", null), new JsonObject())
                        .status())
                .isEqualTo(201);
    }

    @Test
    void refuses_revoked_and_stolen_certificates() throws Exception {
        var voucher = client.certificate(pair, "voucher.example.test", new JsonObject());
        var thief = new Holder(KeyPairs.p256().getPrivate(), voucher.chain());
        assertThat(sign(thief, new JsonObject()).message()).contains("signature");
        FleetBus.REVOKE_CERTIFICATE
                .ask(
                        authority.vertx,
                        new RevokeCertificate(SerialNumber.of(voucher.leaf()), RevocationReason.KEY_COMPROMISE, "test"))
                .await();
        assertThat(sign(voucher, new JsonObject()).message()).contains("was revoked");
    }

    @Test
    void takes_certificates_of_configured_roots_and_of_no_others() {
        assertThat(sign(foreign(elsewhere, Profile.DEVICE), new JsonObject()).status())
                .isEqualTo(201);
        assertThat(sign(foreign(elsewhere, Profile.SERVER), new JsonObject()).message())
                .contains("clientAuth");
        assertThat(sign(foreign(TestAuthority.at(Instant.now()), Profile.DEVICE), new JsonObject())
                        .status())
                .isEqualTo(401);
        var expired = TestAuthority.at(Instant.now().minus(Duration.ofDays(2)));
        assertThat(sign(foreign(expired, Profile.DEVICE), new JsonObject()).message())
                .contains("not valid now");
    }

    @Test
    void a_token_revokes_the_certificate_that_signed_it_and_no_other() throws Exception {
        var voucher = client.certificate(pair, "voucher.example.test", new JsonObject());
        var victim = client.certificate(pair, "victim.example.test", new JsonObject());
        assertThat(revoke(voucher, victim).status()).isEqualTo(403);
        assertThat(revoke(foreign(elsewhere, Profile.DEVICE), victim).status()).isEqualTo(403);
        assertThat(revoke(voucher, voucher).status()).isEqualTo(200);
    }

    private Reply sign(Holder voucher, JsonObject more) {
        return client.sign(token(voucher, "sign", NAME), KeyPairs.p256(), NAME, List.of(NAME), more);
    }

    private Reply revoke(Holder voucher, Holder victim) {
        var serial = victim.leaf().getSerialNumber().toString();
        var body = new JsonObject()
                .put("serial", serial)
                .put("ott", token(voucher, "revoke", serial))
                .put("passive", true);
        return client.post("/1.0/revoke", body, null, "");
    }

    private String token(Holder voucher, String use, String subject) {
        var claims = client.claims(use, subject).put("iss", "x5c");
        claims.put("aud", claims.getString("aud") + "#x5c/x5c");
        try {
            return StepClient.token(claims, "x5c", voucher);
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }

    private Holder foreign(TestAuthority ca, Profile profile) {
        return new Holder(
                pair.getPrivate(),
                List.of(
                        ca.issue(profile, "partner", List.of("partner.example.test"), pair.getPublic()),
                        ca.intermediate().certificate()));
    }

    private Holder issued(Profile profile, String name, @Nullable Provisioned provisioned) {
        var own = KeyPairs.p256();
        var fleet = profile == Profile.DEVICE || profile == Profile.BOOTSTRAP;
        var request = new IssueCertificate(
                profile,
                CertificateRequest.create(own, name, List.of()),
                profile == Profile.SERVER ? List.of(name) : List.of(),
                Duration.ofHours(1),
                fleet ? new Claim(new DeviceName(name), "127.20.0.3") : null,
                "test",
                "acme",
                provisioned);
        var outcome = FleetBus.ISSUE_CERTIFICATE.ask(authority.vertx, request).await();
        var bundle = ((IssueOutcome.Issued) outcome).bundle();
        return new Holder(own.getPrivate(), Pem.certificates(bundle.fullChain()));
    }
}
