package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.config.AcmeConfig.Faults;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RFC 9773, profiles, and what else an order may ask for. */
class RenewalInfoTest {
    private static final String NAME = "www.example.test";
    private static final Duration LIFETIME = Duration.ofDays(20);

    @TempDir
    Path data;

    private final Map<SerialNumber, CertificateRecord> known = new ConcurrentHashMap<>();
    private AcmeConversation acme;

    @BeforeEach
    void start() {
        acme = new AcmeConversation(data, settings -> {});
        acme.harness.dns.with(NAME, "127.0.0.1").with("other.example.test", "127.0.0.1");
        FleetBus.DESCRIBE_CERTIFICATE
                .serve(acme.harness.vertx, asked -> {
                    var found = known.get(asked.serial());
                    return Future.succeededFuture(
                            found == null
                                    ? new CertificateDescription.Unknown(asked.serial())
                                    : new CertificateDescription.Known(found));
                })
                .await();
    }

    @AfterEach
    void stop() {
        acme.close();
    }

    // ---- renewal information

    @Test
    void suggests_a_part_of_the_policys_window_and_stays_with_it() {
        var id = issued(NAME, null);
        var now = acme.harness.clock.instant();

        var info = info(id);

        assertThat(info.status()).isEqualTo(200);
        var window = info.body().path("suggestedWindow");
        // The harness renews with a quarter left at the latest, spread over half of the lifetime.
        var start = Instant.parse(window.path("start").asText());
        var end = Instant.parse(window.path("end").asText());
        assertThat(start).isBetween(now.plus(Duration.ofDays(5)), end);
        assertThat(end).isBeforeOrEqualTo(now.plus(Duration.ofDays(15)));
        assertThat(Duration.between(start, end)).isEqualTo(Duration.ofDays(10).dividedBy(32));
        assertThat(info(id).body().path("suggestedWindow")).isEqualTo(window);
        assertThat(info.header("Retry-After")).isEqualTo("21600");
        assertThat(acme.client.get("/directory").body().path("renewalInfo").asText())
                .endsWith("/acme/acme/renewal-info");
    }

    @Test
    void sends_certificates_of_the_same_hour_to_different_parts_of_the_window() {
        var starts = new HashSet<String>();
        for (int i = 0; i < 32; i++) {
            starts.add(info(issued(NAME, null))
                    .body()
                    .path("suggestedWindow")
                    .path("start")
                    .asText());
        }
        assertThat(starts).as("each of 32 parts is given once").hasSize(32);
    }

    @Test
    void moves_the_window_to_now_when_the_certificate_was_revoked() {
        acme.harness.clock.advance(Duration.ofHours(1));
        var id = issued(NAME, acme.harness.clock.instant());
        var window = info(id).body().path("suggestedWindow");
        assertThat(Instant.parse(window.path("end").asText())).isEqualTo(acme.harness.clock.instant());
        assertThat(Instant.parse(window.path("start").asText()))
                .isBefore(Instant.parse(window.path("end").asText()));
    }

    @Test
    void knows_nothing_of_certificates_that_are_not_ours() {
        var id = issued(NAME, null);
        var parts = id.split("\\.");
        assertThat(info("AAAA." + parts[1]).status()).isEqualTo(404);
        assertThat(info(parts[0] + ".AQ").status()).isEqualTo(404);
        for (String wrong :
                List.of("x", parts[0] + ".", parts[0] + ".AAEB", parts[0] + "." + parts[1] + "=", "a.b.c")) {
            assertThat(info(wrong).type()).as(wrong).isEqualTo("malformed");
            assertThat(info(wrong).status()).as(wrong).isBetween(400, 404);
        }
    }

    @Test
    void takes_an_order_in_the_place_of_a_certificate_once() {
        var id = issued(NAME, null);
        var replaces = ",\"replaces\":\"" + id + "\"";
        var name = AcmeConversation.identifier("dns", NAME);

        var order = acme.orderWith(replaces, name);

        assertThat(order.status()).isEqualTo(201);
        assertThat(order.body().path("replaces").asText()).isEqualTo(id);
        assertThat(acme.orderWith(replaces, name).status())
                .as("an order that came to nothing replaces nothing")
                .isEqualTo(201);
        assertThat(acme.prove(order)).isEqualTo("valid");
        assertThat(acme.finish(order, KeyPairs.p256(), NAME).status()).isEqualTo(200);
        var again = acme.orderWith(replaces, name);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.type()).isEqualTo("alreadyReplaced");
    }

    @Test
    void refuses_to_replace_what_has_nothing_to_do_with_the_order() {
        var replaces = ",\"replaces\":\"" + issued(NAME, null) + "\"";
        var name = AcmeConversation.identifier("dns", NAME);
        assertThat(acme.orderWith(replaces, AcmeConversation.identifier("dns", "other.example.test"))
                        .type())
                .isEqualTo("malformed");
        var stranger = acme.stranger().register();
        assertThat(stranger.post("/new-order", "{\"identifiers\":[" + name + "]" + replaces + "}")
                        .type())
                .isEqualTo("unauthorized");
        assertThat(acme.orderWith(",\"replaces\":\"AAAA.AQ\"", name).status()).isEqualTo(404);
    }

    // ---- profiles

    @Test
    void offers_profiles_and_issues_by_the_one_that_was_chosen() {
        assertThat(acme.client
                        .get("/directory")
                        .body()
                        .path("meta")
                        .path("profiles")
                        .path("shortlived")
                        .asText())
                .isEqualTo("Six days");
        var name = AcmeConversation.identifier("dns", NAME);
        var order = acme.orderWith(",\"profile\":\"shortlived\"", name);
        assertThat(order.body().path("profile").asText()).isEqualTo("shortlived");
        assertThat(acme.prove(order)).isEqualTo("valid");
        assertThat(acme.finish(order, KeyPairs.p256(), NAME).status()).isEqualTo(200);
        assertThat(acme.harness.issuer.asked.get(0).lifetime()).isEqualTo(Duration.ofDays(6));

        var unknown = acme.orderWith(",\"profile\":\"eternal\"", name);
        assertThat(unknown.type()).isEqualTo("invalidProfile");
        assertThat(unknown.body().path("detail").asText()).contains("'eternal'", "shortlived");
    }

    // ---- faults on purpose

    @Test
    void refuses_good_nonces_and_dawdles_when_told_to() {
        try (var faulty = new AcmeConversation(
                data.resolve("slow"), settings -> settings.faults = new Faults(0, Duration.ofMillis(700)))) {
            faulty.harness.dns.with(NAME, "127.0.0.1");
            var order = faulty.order(NAME);
            var began = System.nanoTime();
            assertThat(faulty.prove(order)).isEqualTo("valid");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(700));
        }
        try (var faulty = new AcmeConversation(
                data.resolve("rejecting"), settings -> settings.faults = new Faults(1, Duration.ZERO))) {
            assertThat(faulty.client.account).isEmpty();
            var refused = faulty.client.post(
                    "/new-account", faulty.client.header("/new-account").jwk(), "{}");
            assertThat(refused.type()).isEqualTo("badNonce");
            assertThat(refused.header("Replay-Nonce")).isNotEmpty();
        }
    }

    private Reply info(String id) {
        return acme.client.get("/renewal-info/" + id);
    }

    /** Orders a certificate, which the authority then knows. @return its identifier */
    private String issued(String name, @org.jspecify.annotations.Nullable Instant revokedAt) {
        var order = acme.order(name);
        assertThat(acme.prove(order)).isEqualTo("valid");
        var done = acme.finish(order, KeyPairs.p256(), name);
        var pem = acme.client
                .post(done.body().path("certificate").asText(), "")
                .raw()
                .body();
        var leaf = Pem.certificates(pem).get(0);
        var now = acme.harness.clock.instant();
        var issuedAt = revokedAt == null ? now : now.minus(Duration.ofHours(1));
        known.put(
                SerialNumber.of(leaf),
                new CertificateRecord(
                        SerialNumber.of(leaf),
                        Profile.SERVER,
                        name,
                        List.of(name),
                        null,
                        issuedAt,
                        new Validity(issuedAt.minusSeconds(60), issuedAt.plus(LIFETIME)),
                        revokedAt == null ? CertificateStatus.ACTIVE : CertificateStatus.REVOKED,
                        "test",
                        "acme",
                        Pem.of(leaf),
                        revokedAt,
                        revokedAt == null ? null : RevocationReason.SUPERSEDED));
        return identifier(leaf);
    }

    private static String identifier(X509Certificate leaf) {
        var extension =
                ASN1OctetString.getInstance(leaf.getExtensionValue("2.5.29.35")).getOctets();
        var base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString(
                        AuthorityKeyIdentifier.getInstance(extension).getKeyIdentifierOctets())
                + "."
                + base64.encodeToString(leaf.getSerialNumber().toByteArray());
    }
}
