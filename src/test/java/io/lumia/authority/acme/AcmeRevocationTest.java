package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may revoke (RFC 8555, 7.6). */
class AcmeRevocationTest {
    @TempDir
    Path data;

    private final Map<SerialNumber, CertificateRecord> records = new ConcurrentHashMap<>();
    private final Queue<RevokeCertificate> revoked = new ConcurrentLinkedQueue<>();
    private AcmeConversation conversation;
    private RawAcme owner;
    private RawAcme other;

    @BeforeEach
    void start() {
        conversation = new AcmeConversation(data, settings -> {});
        var harness = conversation.harness;
        List.of("a.example.test", "b.example.test").forEach(name -> harness.dns.with(name, "127.0.0.1"));
        owner = conversation.client;
        other = conversation.stranger().register();
        Await.result(FleetBus.DESCRIBE_CERTIFICATE.serve(
                harness.vertx, asked -> Future.succeededFuture(described(asked.serial()))));
        Await.result(FleetBus.REVOKE_CERTIFICATE.serve(harness.vertx, asked -> Future.succeededFuture(revoke(asked))));
    }

    @AfterEach
    void stop() {
        conversation.close();
    }

    @Test
    void the_account_that_ordered_a_certificate_revokes_it_once() {
        var certificate = issued(owner, "a.example.test");
        assertThat(revoke(owner, certificate, 1).status()).isEqualTo(200);
        assertThat(revoked).extracting(RevokeCertificate::reason).containsExactly(RevocationReason.KEY_COMPROMISE);
        assertThat(revoke(owner, certificate, 1).type()).isEqualTo("alreadyRevoked");
    }

    @Test
    void an_account_that_has_proven_all_names_revokes_what_another_ordered() {
        var certificate = issued(owner, "a.example.test", "b.example.test");
        assertThat(revoke(other, certificate, 0).type()).isEqualTo("unauthorized");

        proven(other, "a.example.test");
        assertThat(revoke(other, certificate, 0).type()).isEqualTo("unauthorized");
        assertThat(revoked).isEmpty();

        proven(other, "b.example.test");
        assertThat(revoke(other, certificate, 0).status()).isEqualTo(200);
        assertThat(revoked).extracting(RevokeCertificate::actor).allMatch(actor -> actor.startsWith("acme account "));
    }

    @Test
    void a_proof_that_was_deactivated_or_expired_counts_no_more() {
        var certificate = issued(owner, "a.example.test");
        var order = proven(other, "a.example.test");
        other.post(order.body().path("authorizations").get(0).asText(), "{\"status\":\"deactivated\"}");
        assertThat(revoke(other, certificate, 0).type()).isEqualTo("unauthorized");

        proven(other, "a.example.test");
        conversation.harness.clock.advance(Duration.ofHours(2));
        assertThat(revoke(other, certificate, 0).type()).isEqualTo("unauthorized");
        assertThat(revoked).isEmpty();
    }

    @Test
    void a_name_proves_neither_its_wildcard_nor_a_common_name_that_is_none_of_the_names() {
        var proven = Set.of("a.example.test", "10.0.0.7");
        assertThat(RevocationResource.proves(
                        proven, record(null, "a.example.test", null, "a.example.test", "10.0.0.7")))
                .isTrue();
        assertThat(RevocationResource.proves(proven, record(null, "*.a.example.test", null, "*.a.example.test")))
                .isFalse();
        assertThat(RevocationResource.proves(proven, record(null, "operator", null, "a.example.test")))
                .isFalse();
        assertThat(RevocationResource.proves(proven, record(null, "a.example.test", null)))
                .isFalse();
        assertThat(RevocationResource.proves(proven, record(null, "a", "a", "a.example.test")))
                .isTrue();
    }

    /** Ordered and obtained by the account. */
    private X509Certificate issued(RawAcme account, String... names) {
        var order = proven(account, names);
        var csr = AcmeConversation.base64(CertificateRequest.create(KeyPairs.p256(), names[0], List.of(names)));
        var finished = account.post(order.body().path("finalize").asText(), "{\"csr\":\"" + csr + "\"}");
        var chain = account.post(finished.body().path("certificate").asText(), "");
        var leaf = Pem.certificates(chain.raw().body()).get(0);
        records.put(SerialNumber.of(leaf), record(leaf, names[0], null, names));
        return leaf;
    }

    /** An order of the account, each of whose names it has proven. */
    private Reply proven(RawAcme account, String... names) {
        var identifiers = Stream.of(names)
                .map(name -> AcmeConversation.identifier("dns", name))
                .collect(Collectors.joining(","));
        var order = account.post("/new-order", "{\"identifiers\":[" + identifiers + "]}");
        for (JsonNode authorization : order.body().path("authorizations")) {
            prove(account, authorization.asText());
        }
        return order;
    }

    private void prove(RawAcme account, String authorization) {
        var challenges = account.post(authorization, "").body().path("challenges");
        for (JsonNode challenge : challenges) {
            if (challenge.path("type").asText().equals("http-01")) {
                var token = challenge.path("token").asText();
                var answer =
                        AccountKey.parse(AcmeConversation.jwk(account.pair)).authorizes(token);
                conversation.harness.answers.put(token, answer);
                assertThat(account.post(challenge.path("url").asText(), "{}").status())
                        .isEqualTo(200);
            }
        }
        Await.until(
                conversation.harness.vertx,
                "the proof of " + authorization,
                () -> account.post(authorization, "")
                        .body()
                        .path("status")
                        .asText()
                        .equals("valid"));
    }

    private static Reply revoke(RawAcme account, X509Certificate certificate, int reason) {
        var encoded = AcmeConversation.base64(Pem.of(certificate));
        return account.post("/revoke-cert", "{\"certificate\":\"" + encoded + "\",\"reason\":" + reason + "}");
    }

    private CertificateDescription described(SerialNumber serial) {
        var known = records.get(serial);
        return known == null ? new CertificateDescription.Unknown(serial) : new CertificateDescription.Known(known);
    }

    private RevokeOutcome revoke(RevokeCertificate asked) {
        var known = Objects.requireNonNull(records.get(asked.serial()));
        if (revoked.stream().anyMatch(before -> before.serial().equals(asked.serial()))) {
            return new RevokeOutcome.AlreadyRevoked(known);
        }
        revoked.add(asked);
        return new RevokeOutcome.Revoked(known);
    }

    private static CertificateRecord record(
            @Nullable X509Certificate leaf, String identity, @Nullable String device, String... names) {
        var now = Instant.parse("2026-03-01T12:00:00Z");
        return new CertificateRecord(
                leaf == null ? new SerialNumber(BigInteger.TEN) : SerialNumber.of(leaf),
                Profile.SERVER,
                identity,
                List.of(names),
                device == null ? null : new DeviceName(device),
                now,
                new Validity(now, now.plusSeconds(60)),
                CertificateStatus.ACTIVE,
                "test",
                "acme",
                leaf == null ? "" : Pem.of(leaf),
                null,
                null);
    }
}
