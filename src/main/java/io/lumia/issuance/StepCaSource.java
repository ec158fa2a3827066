package io.lumia.issuance;

import io.lumia.config.IssuerConfig;
import io.lumia.config.StepCaConfig.Renewal;
import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.issuance.StepCaApi.Request;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step-ca by its own API: the first certificate by a token of a JWK or X5C provisioner, the next ones with the certificate in use (mTLS), or
 * by its token once it has expired.
 */
public final class StepCaSource implements CertificateSource {
    private static final Logger log = LoggerFactory.getLogger(StepCaSource.class);

    private final IssuerConfig config;
    private final StepCaApi api;
    private final StepCaVouchers vouchers;
    private final WorkerExecutor workers;
    private final IssuerStorage storage;
    private final Clock clock;
    private volatile @Nullable X509Certificate pinned;

    StepCaSource(
            IssuerConfig config,
            StepCaApi api,
            StepCaVouchers vouchers,
            WorkerExecutor workers,
            IssuerStorage storage,
            Clock clock) {
        this.config = config;
        this.api = api;
        this.vouchers = vouchers;
        this.workers = workers;
        this.storage = storage;
        this.clock = clock;
    }

    @Override
    public String method() {
        return "step-ca";
    }

    @Override
    public String issuer() {
        return String.valueOf(config.stepCa().url());
    }

    @Override
    public Future<Void> health() {
        return roots().compose(roots -> api.send(roots, Request.get("/health"))).compose(answer -> {
            var status = answer.getString("status", "nothing");
            return "ok".equals(status)
                    ? Future.succeededFuture()
                    : Future.failedFuture(new IssuanceFailed(
                            Reason.UNREACHABLE, "the CA at " + config.place() + " says " + status, null, null));
        });
    }

    @Override
    public Future<TlsMaterial> obtain(CertificateWish wish) {
        return roots().compose(roots -> issued(roots, wish)
                .compose(material -> workers.executeBlocking(() -> accepted(material, wish, roots), false)));
    }

    @Override
    public Future<Optional<TlsMaterial>> last() {
        return workers.executeBlocking(storage::last, false);
    }

    /** By a token of the configured provisioner. */
    public Future<Void> revoke(SerialNumber serial, RevocationReason reason) {
        var number = serial.value().toString();
        return roots().compose(roots -> vouchers.token(roots, "revoke", number, List.of())
                .compose(token -> api.send(
                        roots,
                        Request.post("/1.0/revoke", revocation(number, reason).put("ott", token))))
                .mapEmpty());
    }

    /** By whoever holds the certificate's key (mTLS). */
    public Future<Void> revoke(TlsMaterial own, RevocationReason reason) {
        var number = own.leaf().getSerialNumber().toString();
        return roots().compose(roots -> api.send(roots, Request.post("/1.0/revoke", revocation(number, reason), own)))
                .mapEmpty();
    }

    /** The CA's roots, proved by the fingerprint or read from the bundle. */
    public Future<List<X509Certificate>> roots() {
        var fingerprint = config.stepCa().fingerprint();
        var known = pinned;
        if (fingerprint == null) {
            return workers.executeBlocking(() -> IssuerTrust.read(config).roots(), false);
        }
        return known != null
                ? Future.succeededFuture(List.of(known))
                : api.root(fingerprint).onSuccess(root -> pinned = root).map(List::of);
    }

    private Future<TlsMaterial> issued(List<X509Certificate> roots, CertificateWish wish) {
        var current = wish.current();
        if (current == null || !succeeds(current, wish, roots)) {
            return signed(roots, wish);
        }
        return next(roots, wish, current)
                .recover(failure -> refused(failure) && vouchers.available()
                        ? signedInstead(roots, wish, failure)
                        : Future.failedFuture(failure));
    }

    /** Whether the CA would follow the certificate with one that is wished for: its own, with these names and this kind of key. */
    private boolean succeeds(TlsMaterial current, CertificateWish wish, List<X509Certificate> roots) {
        if (config.stepCa().renewal() == Renewal.TOKEN) {
            return false;
        }
        // an expired one is judged as of its last second
        var at = Validity.of(current.leaf()).contains(clock.instant())
                ? clock.instant()
                : current.leaf().getNotAfter().toInstant();
        return IssuedCertificateCheck.problems(current, wish, roots, at).isEmpty();
    }

    private Future<TlsMaterial> next(List<X509Certificate> roots, CertificateWish wish, TlsMaterial current) {
        if (clock.instant().isAfter(current.leaf().getNotAfter().toInstant())) {
            return vouchers.renewal(current, wish.commonName())
                    .compose(token -> api.send(roots, new Request(HttpMethod.POST, "/1.0/renew", null, null, token)))
                    .compose(answer -> material(pairOf(current), answer));
        }
        if (config.stepCa().renewal() == Renewal.RENEW) {
            return api.send(roots, new Request(HttpMethod.POST, "/1.0/renew", null, current, null))
                    .compose(answer -> material(pairOf(current), answer));
        }
        return fresh(wish)
                .compose(pair -> api.send(
                                roots,
                                Request.post("/1.0/rekey", new JsonObject().put("csr", csr(pair, wish)), current))
                        .compose(answer -> material(pair, answer)));
    }

    private Future<TlsMaterial> signedInstead(List<X509Certificate> roots, CertificateWish wish, Throwable failure) {
        log.atInfo()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("reason", failure.getMessage())
                .log("certificate in use is not followed by the next; asking with a token");
        return signed(roots, wish);
    }

    private Future<TlsMaterial> signed(List<X509Certificate> roots, CertificateWish wish) {
        return vouchers.token(roots, "sign", wish.commonName(), wish.names())
                .compose(token -> fresh(wish)
                        .compose(pair -> api.send(
                                        roots,
                                        Request.post(
                                                "/1.0/sign", request(pair, wish).put("ott", token)))
                                .compose(answer -> material(pair, answer))));
    }

    private JsonObject request(KeyPair pair, CertificateWish wish) {
        var request = new JsonObject().put("csr", csr(pair, wish));
        var lifetime = config.stepCa().lifetime();
        return lifetime == null ? request : request.put("notAfter", lifetime.toSeconds() + "s");
    }

    private Future<KeyPair> fresh(CertificateWish wish) {
        return workers.executeBlocking(() -> KeyPairs.of(wish.keyType()), false);
    }

    private TlsMaterial accepted(TlsMaterial material, CertificateWish wish, List<X509Certificate> roots)
            throws IssuanceFailed {
        IssuedCertificateCheck.demand(material, wish, roots, clock.instant());
        storage.keep(material);
        return material;
    }

    private static boolean refused(Throwable failure) {
        return failure instanceof IssuanceFailed issuance && issuance.reason() == Reason.REFUSED;
    }

    private static JsonObject revocation(String serial, RevocationReason reason) {
        return new JsonObject()
                .put("serial", serial)
                .put("reasonCode", reason.code())
                .put("reason", reason.label())
                .put("passive", true);
    }

    private static KeyPair pairOf(TlsMaterial current) {
        return new KeyPair(current.leaf().getPublicKey(), current.key());
    }

    private static String csr(KeyPair pair, CertificateWish wish) {
        return CertificateRequest.create(pair, wish.commonName(), wish.names());
    }

    private static Future<TlsMaterial> material(KeyPair pair, JsonObject answer) {
        try {
            var pem = answer.getJsonArray("certChain", new JsonArray()).stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining("\n"));
            return Future.succeededFuture(IssuedChain.material(pair, Pem.certificates(pem)));
        } catch (IssuanceFailed unfit) {
            return Future.failedFuture(unfit);
        } catch (IllegalArgumentException malformed) {
            return Future.failedFuture(new IssuanceFailed(
                    Reason.INVALID_CERTIFICATE, "the CA's answer holds no certificate", null, malformed));
        }
    }
}
