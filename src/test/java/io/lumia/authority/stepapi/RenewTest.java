package io.lumia.authority.stepapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.bus.FleetBus.ReleaseName;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.MovableClock;
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
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewTest {
    private static final String NAME = "svc.example.test";
    private static final DeviceName DEVICE = new DeviceName("dev-0001");
    private static final JsonObject EMPTY = new JsonObject();

    private final MovableClock clock = new MovableClock(Instant.now());
    private final KeyPair pair = KeyPairs.p256();

    @TempDir
    Path data;

    private LoopbackAuthority authority;
    private StepClient client;

    @BeforeEach
    void start() throws Exception {
        authority = new LoopbackAuthority(data, LoopbackAuthority.stepApi((Path) null), clock);
        client = new StepClient(authority, data);
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void renews_with_the_same_names_profile_lifetime_and_provisioner() throws Exception {
        var first = client.certificate(pair, NAME, new JsonObject().put("notAfter", "2h"));
        clock.advance(Duration.ofHours(1));
        var second = renewed(renew(first)).leaf();

        assertThat(second.getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(second.getNotAfter().toInstant())
                .isBetween(
                        clock.instant().plus(Duration.ofMinutes(119)),
                        clock.instant().plus(Duration.ofHours(2)));
        var known = record(second);
        assertThat(known.via()).isEqualTo("renew");
        assertThat(known.provisioner()).isEqualTo("jwk");
        assertThat(known.profile()).isEqualTo(Profile.SERVER);
        assertThat(known.names()).containsExactly(NAME);
        assertThat(second.getExtendedKeyUsage()).hasSize(2);
    }

    @Test
    void renews_after_expiry_only_where_the_provisioner_allows_and_within_the_grace_window() {
        var plain = issued(Profile.SERVER, NAME, "acme", null);
        var lasting = issued(Profile.SERVER, NAME, "mqtt-acme", null);
        clock.advance(Duration.ofHours(2));
        assertThat(renew(plain).status()).isEqualTo(401);
        assertThat(renew(plain).message()).contains("expired");
        assertThat(revoke(lasting, lasting.leaf(), 0).message()).contains("expired");
        var next = renewed(renew(lasting));
        assertThat(record(next.leaf()).provisioner()).isEqualTo("mqtt-acme");
        assertThat(client.post("/renew", EMPTY, null, renewalToken(lasting)).status())
                .isEqualTo(201);

        clock.advance(Duration.ofDays(7));
        assertThatThrownBy(() -> renew(lasting)).hasCauseInstanceOf(Exception.class);
        assertThat(client.post("/renew", EMPTY, null, renewalToken(lasting)).status())
                .isEqualTo(401);
    }

    @Test
    void refuses_what_was_revoked() {
        var holder = issued(Profile.SERVER, NAME, "mqtt-acme", null);
        assertThat(revoke(holder, holder.leaf(), 1).status()).isEqualTo(200);
        assertThat(record(holder.leaf()).revocationReason()).isEqualTo(RevocationReason.KEY_COMPROMISE);
        for (Reply reply : List.of(
                renew(holder),
                rekey(holder, KeyPairs.p256()),
                client.post("/renew", EMPTY, null, renewalToken(holder)))) {
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.message()).contains("was revoked");
        }
        assertThat(revoke(holder, holder.leaf(), 0).status()).isEqualTo(401);
    }

    @Test
    void refuses_certificates_of_another_ca() {
        var ours = issued(Profile.SERVER, NAME, "jwk", null);
        var other = TestAuthority.at(clock.instant());
        var foreign = new Holder(
                pair.getPrivate(),
                List.of(
                        other.issue(Profile.DEVICE, NAME, List.of(NAME), pair.getPublic()),
                        other.intermediate().certificate()));
        // Its client does not even present it, since the listener names the issuers that it takes.
        assertThat(renew(foreign).status()).isEqualTo(400);
        assertThat(client.post("/renew", EMPTY, null, renewalToken(foreign)).status())
                .isEqualTo(401);
        assertThat(renew(ours).status()).isEqualTo(201);
        assertThat(client.post("/renew", EMPTY, null, "").message()).contains("missing client certificate");
        assertThat(client.post("/rekey", EMPTY, null, "").status()).isEqualTo(400);
    }

    @Test
    void takes_a_renewal_token_once_and_for_renewal_only() throws Exception {
        var holder = issued(Profile.SERVER, NAME, "jwk", null);
        var token = renewalToken(holder);
        assertThat(client.post("/1.0/renew", EMPTY, null, token).status()).isEqualTo(201);
        assertThat(client.post("/1.0/renew", EMPTY, null, token).message()).contains("used before");
        var thief = new Holder(KeyPairs.p256().getPrivate(), holder.chain());
        assertThat(client.post("/renew", EMPTY, null, renewalToken(thief)).status())
                .isEqualTo(401);
        var forSigning = client.claims("sign", NAME).put("iss", "step-ca-client/1.0");
        assertThat(client.post("/renew", EMPTY, null, StepClient.token(forSigning, "x5cInsecure", holder))
                        .message())
                .contains("(aud)");
    }

    @Test
    void a_device_renews_and_rekeys_itself_until_its_name_is_given_to_another() {
        var identity = KeyPairs.p256();
        var bootstrap = issued(Profile.BOOTSTRAP, DEVICE.value(), null, identity);
        var device = issued(Profile.DEVICE, DEVICE.value(), null, null);
        var fresh = KeyPairs.p256();

        var renewed = renewed(renew(device));
        assertThat(record(renewed.leaf()).device()).isEqualTo(DEVICE);
        assertThat(record(renewed.leaf()).profile()).isEqualTo(Profile.DEVICE);
        var rekeyed = rekey(device, fresh);
        assertThat(rekeyed.certificate().getPublicKey()).isEqualTo(fresh.getPublic());
        assertThat(record(rekeyed.certificate()).via()).isEqualTo("rekey");
        assertThat(rekey(device, identity).message()).contains("identity key");
        assertThat(record(renewed(renew(bootstrap)).leaf()).profile()).isEqualTo(Profile.BOOTSTRAP);
        assertThat(rekey(bootstrap, fresh).status()).isEqualTo(403);

        FleetBus.RELEASE_NAME
                .ask(authority.vertx, new ReleaseName(DEVICE, "test"))
                .await();
        assertThat(renew(device).status()).isEqualTo(403);
        clock.advance(Duration.ofSeconds(1));
        var successor = issued(Profile.BOOTSTRAP, DEVICE.value(), null, KeyPairs.p256());
        assertThat(renew(device).message()).contains("given free");
        assertThat(renew(bootstrap).message()).contains("given free");
        assertThat(renew(successor).status()).isEqualTo(201);
    }

    @Test
    void revokes_by_token_only_what_the_token_names() throws Exception {
        var one = issued(Profile.SERVER, NAME, "jwk", null);
        var other = issued(Profile.SERVER, NAME, "jwk", null);
        var serial = one.leaf().getSerialNumber().toString();

        assertThat(revokeByToken(other.leaf().getSerialNumber().toString(), serial)
                        .message())
                .contains("(sub)");
        assertThat(revoke(one, other.leaf(), 0).status()).isEqualTo(403);
        assertThat(revoke(one, one.leaf(), 6).message()).contains("reasonCode");
        assertThat(revokeByToken("0x1234", "0x1234").status()).isEqualTo(404);
        assertThat(revokeByToken("many", "many").status()).isEqualTo(400);
        assertThat(revokeByToken(serial, serial).json()).isEqualTo(new JsonObject().put("status", "ok"));
        assertThat(revokeByToken(serial, serial).message()).contains("revoked before");
        var active = new JsonObject().put("serial", serial).put("passive", false);
        assertThat(client.post("/revoke", active, one, "").status()).isEqualTo(501);
    }

    private Reply renew(Holder holder) {
        return client.post("/1.0/renew", EMPTY, holder, "");
    }

    private Reply rekey(Holder holder, KeyPair next) {
        var body = new JsonObject().put("csr", CertificateRequest.create(next, "ignored", List.of()));
        return client.post("/1.0/rekey", body, holder, "");
    }

    private Reply revoke(Holder holder, X509Certificate certificate, int reason) {
        var body = new JsonObject()
                .put("serial", certificate.getSerialNumber().toString())
                .put("reasonCode", reason)
                .put("passive", true);
        return client.post("/revoke", body, holder, "");
    }

    private Reply revokeByToken(String serial, String subject) throws Exception {
        var token = client.token(client.claims("revoke", subject));
        return client.post(
                "/1.0/revoke",
                new JsonObject().put("serial", serial).put("ott", token).put("passive", true),
                null,
                "");
    }

    private String renewalToken(Holder holder) {
        long now = clock.instant().getEpochSecond();
        var claims = new JsonObject()
                .put("iss", "step-ca-client/1.0")
                .put("aud", authority.url() + "/renew")
                .put("sub", NAME)
                .put("jti", UUID.randomUUID().toString())
                .put("nbf", now)
                .put("exp", now + 300);
        try {
            return StepClient.token(claims, "x5cInsecure", holder);
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }

    private static Holder renewed(Reply reply) {
        return StepClient.holder(KeyPairs.p256(), reply);
    }

    private CertificateRecord record(X509Certificate certificate) {
        var described = FleetBus.DESCRIBE_CERTIFICATE
                .ask(authority.vertx, new DescribeCertificate(SerialNumber.of(certificate)))
                .await();
        return ((CertificateDescription.Known) described).certificate();
    }

    /** For an hour. @param key null: that of the test */
    private Holder issued(Profile profile, String name, @Nullable String provisioner, @Nullable KeyPair key) {
        var own = key == null ? pair : key;
        var fleet = profile == Profile.DEVICE || profile == Profile.BOOTSTRAP;
        var request = new IssueCertificate(
                profile,
                CertificateRequest.create(own, name, List.of()),
                fleet ? List.of() : List.of(name),
                Duration.ofHours(1),
                fleet ? new Claim(new DeviceName(name), "127.20.0.3") : null,
                "test",
                "acme",
                provisioner == null ? null : Provisioned.by(provisioner));
        var outcome = FleetBus.ISSUE_CERTIFICATE.ask(authority.vertx, request).await();
        var bundle = ((IssueOutcome.Issued) outcome).bundle();
        return new Holder(own.getPrivate(), Pem.certificates(bundle.fullChain()));
    }
}
