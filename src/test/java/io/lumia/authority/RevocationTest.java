package io.lumia.authority;

import static io.lumia.authority.AuthorityFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ReadRevocationStatistics;
import io.lumia.bus.FleetBus.RevocationStatistics;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.OcspQuestion;
import io.lumia.x509.Crl;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others are told of revoked certificates, over HTTP and after a restore. */
class RevocationTest {
    private static final int MALFORMED = OCSPResp.MALFORMED_REQUEST;

    @TempDir
    Path data;

    @TempDir
    Path backup;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00.250Z"));
    private AuthorityFixture fixture;
    private HttpClient http;
    private X509Certificate intermediate;

    private record Got(int status, MultiMap headers, Buffer body) {}

    @BeforeEach
    void start() {
        fixture = new AuthorityFixture(data, clock);
        http = fixture.vertx.createHttpClient(new HttpClientOptions());
        var pem = Objects.requireNonNull(fixture.authority.description().intermediate());
        intermediate = Pem.certificates(pem).get(0);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void ocsp_says_revoked_as_soon_as_the_revocation_is_answered() {
        var serial = issued("dev-0001");
        assertThat(ask(question(serial)).certificate(0)).isNull();
        revoke(serial);
        var told = ask(question(serial)).certificate(0);
        assertThat(told).isInstanceOfSatisfying(RevokedStatus.class, revoked -> {
            assertThat(revoked.getRevocationReason()).isEqualTo(1);
            assertThat(revoked.getRevocationTime().toInstant()).isEqualTo("2026-03-01T12:00:00Z");
        });
        assertThat(ask(question(new SerialNumber(BigInteger.TEN))).certificate(0))
                .isInstanceOf(UnknownStatus.class);
        var counts = statistics().ocspRequests();
        assertThat(counts)
                .containsEntry("good", 1L)
                .containsEntry("revoked", 1L)
                .containsEntry("unknown", 1L);
    }

    @Test
    void ocsp_answers_several_at_once_and_repeats_the_nonce() {
        var good = issued("dev-0001");
        var revoked = issued("dev-0002");
        revoke(revoked);
        var answer = ask(question(good)
                .about(intermediate, revoked)
                .about(intermediate, BigInteger.valueOf(-5))
                .withNonce(32));
        assertThat(answer.certificate(0)).isNull();
        assertThat(answer.certificate(1)).isInstanceOf(RevokedStatus.class);
        assertThat(answer.certificate(2)).isInstanceOf(UnknownStatus.class);
        var nonce = Objects.requireNonNull(answer.basic()).getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        assertThat(nonce.getExtnValue().getOctets()).hasSize(34);
        assertThat(Objects.requireNonNull(answer.basic())
                        .getResponses()[0]
                        .getNextUpdate()
                        .toInstant())
                .isEqualTo("2026-03-01T13:00:00Z");
    }

    @Test
    void ocsp_refuses_what_is_malformed_or_not_ours() {
        var nested = new byte[16_000];
        java.util.Arrays.fill(nested, (byte) 0x30);
        for (int i = 1; i < nested.length; i += 2) {
            nested[i] = (byte) 0x80;
        }
        for (byte[] malformed : List.of(
                new byte[0],
                new byte[] {1, 2, 3},
                nested,
                new byte[20_000],
                question(SerialNumber.of(intermediate)).withNonce(0).der(),
                question(SerialNumber.of(intermediate)).withNonce(129).der())) {
            assertThat(read(post(malformed)).status()).isEqualTo(MALFORMED);
        }
        assertThat(read(get("/ocsp")).status()).isEqualTo(MALFORMED);
        assertThat(read(get("/ocsp/no-base64!")).status()).isEqualTo(MALFORMED);
        var root = Pem.certificates(fixture.authority.description().root()).get(0);
        var notOurs = new OcspQuestion().about(root, SerialNumber.of(intermediate));
        assertThat(read(post(notOurs.der())).status()).isEqualTo(OCSPResp.UNAUTHORIZED);
    }

    @Test
    void ocsp_answers_about_a_hundred_at_once_and_refuses_a_thousand() {
        var hundred = question(issued("dev-0001"));
        for (int i = 1; i < 100; i++) {
            hundred.about(intermediate, BigInteger.valueOf(i));
        }
        assertThat(Objects.requireNonNull(ask(hundred).basic()).getResponses()).hasSize(100);
        for (int i = 100; i < 1000; i++) {
            hundred.about(intermediate, BigInteger.valueOf(i));
        }
        assertThat(read(post(hundred.der())).status()).isEqualTo(MALFORMED);
    }

    @Test
    void ocsp_by_get_takes_base64_with_and_without_escapes_and_may_be_cached() {
        var question = question(issued("dev-0001"));
        var base64 = Base64.getEncoder().encodeToString(question.der());
        for (String path :
                List.of(base64, base64.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D"), "/" + base64)) {
            var got = get("/ocsp/" + path);
            assertThat(got.status()).isEqualTo(200);
            if (!path.startsWith("/")) {
                assertThat(read(got).certificate(0)).isNull();
                assertThat(got.headers().get("Content-Type")).isEqualTo("application/ocsp-response");
                assertThat(got.headers().get("Cache-Control"))
                        .isEqualTo("max-age=3599, public, no-transform, must-revalidate");
                assertThat(got.headers().get("Expires")).isEqualTo("Sun, 1 Mar 2026 13:00:00 GMT");
                assertThat(got.headers().get("ETag")).isNotEmpty();
            }
        }
        assertThat(post(question.der()).headers().get("Cache-Control")).isEqualTo("no-store");
        var unknown = Base64.getEncoder()
                .encodeToString(question(new SerialNumber(BigInteger.TWO)).der());
        assertThat(get("/ocsp/" + unknown).headers().get("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void the_ocsp_signer_is_replaced_before_it_ends() {
        var serial = issued("dev-0001");
        var first = signer(serial);
        assertThat(signer(serial)).isEqualTo(first);
        clock.advance(Duration.ofDays(4));
        assertThat(signer(serial)).isNotEqualTo(first);
    }

    @Test
    void the_crl_is_served_in_both_places_and_not_sent_twice() {
        var serial = issued("dev-0001");
        revoke(serial);
        awaitCrlEntries(1);
        var plain = get("/crl/intermediate.crl");
        assertThat(Crl.parse(plain.body().getBytes()).size()).isEqualTo(1);
        assertThat(plain.headers().get("Content-Type")).isEqualTo("application/pkix-crl");
        assertThat(plain.headers().get("Cache-Control")).isEqualTo("public, max-age=60");
        assertThat(Crl.parse(get("/crl/root.crl").body().getBytes()).size()).isZero();
        var etag = plain.headers().get("ETag");
        assertThat(ask(HttpMethod.GET, "/crl/intermediate.crl", Buffer.buffer(), Map.of("If-None-Match", etag))
                        .status())
                .isEqualTo(304);
        var head = ask(HttpMethod.HEAD, "/crl/intermediate.crl", Buffer.buffer(), Map.of());
        assertThat(head.headers().get("Content-Length"))
                .isEqualTo(Integer.toString(plain.body().length()));
        assertThat(get("/crl/intermediate.crl?pem").body().toString()).startsWith("-----BEGIN X509 CRL-----");
        assertThat(get("/crl/other.crl").status()).isEqualTo(404);
    }

    @Test
    void a_restored_database_does_not_undo_a_revocation() throws Exception {
        var known = issued("dev-0001");
        restart(() -> copy(data, backup));
        var later = issued("dev-0002");
        revoke(known);
        revoke(later);
        restart(() -> copy(backup, data));

        assertThat(describe(known))
                .isInstanceOfSatisfying(
                        CertificateDescription.Known.class,
                        found -> assertThat(found.certificate().status()).isEqualTo(CertificateStatus.REVOKED));
        assertThat(describe(later)).isInstanceOf(CertificateDescription.Unknown.class);
        assertThat(ask(question(known)).certificate(0)).isInstanceOf(RevokedStatus.class);
        assertThat(ask(question(later)).certificate(0)).isInstanceOf(RevokedStatus.class);
        awaitCrlEntries(2);
    }

    @Test
    void what_the_journal_lacks_is_added_to_it() throws Exception {
        var serial = issued("dev-0001");
        revoke(serial);
        restart(() -> Files.delete(journal()));
        assertThat(Files.readString(journal())).startsWith(serial + " ").contains(" keyCompromise ");
    }

    @Test
    void the_journal_has_a_revocation_when_it_is_answered() throws Exception {
        var serial = issued("dev-0001");
        revoke(serial);
        assertThat(Files.readString(journal())).startsWith(serial + " ");
    }

    private interface Change {
        void run() throws Exception;
    }

    private void restart(Change change) throws Exception {
        fixture.close();
        change.run();
        start();
    }

    private static void copy(Path from, Path to) throws Exception {
        for (String file : List.of("lumia.db", "lumia.db-wal", "lumia.db-shm")) {
            Files.deleteIfExists(to.resolve(file));
            if (Files.exists(from.resolve(file))) {
                Files.copy(from.resolve(file), to.resolve(file));
            }
        }
    }

    private Path journal() {
        return data.resolve("ca/revocations.log");
    }

    private SerialNumber issued(String device) {
        return fixture.issued(request(Profile.BOOTSTRAP, KeyPairs.p256(), device, null))
                .serial();
    }

    private void revoke(SerialNumber serial) {
        var outcome = FleetBus.REVOKE_CERTIFICATE.ask(
                fixture.vertx, new RevokeCertificate(serial, RevocationReason.KEY_COMPROMISE, "operator"));
        assertThat(Await.result(outcome)).isInstanceOf(RevokeOutcome.Revoked.class);
    }

    private CertificateDescription describe(SerialNumber serial) {
        return Await.result(FleetBus.DESCRIBE_CERTIFICATE.ask(fixture.vertx, new DescribeCertificate(serial)));
    }

    private RevocationStatistics statistics() {
        return Await.result(FleetBus.REVOCATION_STATISTICS.ask(fixture.vertx, new ReadRevocationStatistics()));
    }

    private void awaitCrlEntries(int entries) {
        Await.until(
                fixture.vertx, "the CRL lists " + entries, () -> statistics().crlEntries() == entries);
    }

    private OcspQuestion question(SerialNumber serial) {
        return new OcspQuestion().about(intermediate, serial);
    }

    private OcspQuestion.Answer ask(OcspQuestion question) {
        return read(post(question.der()));
    }

    private byte[] signer(SerialNumber serial) {
        var answer = ask(question(serial));
        try {
            return Objects.requireNonNull(answer.basic()).getCerts()[0].getEncoded();
        } catch (java.io.IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private OcspQuestion.Answer read(Got got) {
        assertThat(got.status()).isEqualTo(200);
        return OcspQuestion.Answer.read(got.body().getBytes(), intermediate);
    }

    private Got get(String path) {
        return ask(HttpMethod.GET, path, Buffer.buffer(), Map.of());
    }

    private Got post(byte[] body) {
        return ask(HttpMethod.POST, "/ocsp", Buffer.buffer(body), Map.of("Content-Type", "application/ocsp-request"));
    }

    /** On an event loop: an answer that came before its reader was attached would be lost. */
    private Got ask(HttpMethod method, String path, Buffer body, Map<String, String> headers) {
        var options = new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(fixture.authority.httpPort())
                .setURI(path);
        headers.forEach(options::putHeader);
        return Await.on(
                fixture.vertx.getOrCreateContext(),
                () -> http.request(options)
                        .compose(asked -> asked.send(body)
                                .compose(answer -> answer.body()
                                        .map(read -> new Got(answer.statusCode(), answer.headers(), read)))));
    }
}
