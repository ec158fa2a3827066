package io.lumia.issuance;

import io.lumia.config.IssuerConfig;
import io.lumia.config.StepCaConfig.Renewal;
import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
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
    private final StepCaClient ca;
    private final StepCaVouchers vouchers;
    private final WorkerExecutor workers;
    private final IssuerStorage storage;
    private final Clock clock;
    private volatile @Nullable X509Certificate pinned;

    StepCaSource(IssuerConfig config, StepCaApi api, WorkerExecutor workers, IssuerStorage storage, Clock clock) {
        this.config = config;
        this.api = api;
        this.ca = new StepCaClient(api, this::roots);
        this.vouchers = new StepCaVouchers(config.stepCa(), api.url(), ca, workers, clock);
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
        return ca.health();
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

    /** By a token of the configured provisioner; completes also when it was revoked before. */
    public Future<Void> revoke(SerialNumber serial, RevocationReason reason) {
        return vouchers.token("revoke", serial.value().toString(), List.of())
                .compose(token -> ca.revoke(token, serial, reason));
    }

    /** By whoever holds the certificate's key (mTLS). */
    public Future<Void> revoke(TlsMaterial own, RevocationReason reason) {
        return ca.revoke(own, reason);
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
            return signed(wish);
        }
        return next(wish, current)
                .recover(failure -> refused(failure) && vouchers.available()
                        ? signedInstead(wish, failure)
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

    private Future<TlsMaterial> next(CertificateWish wish, TlsMaterial current) {
        if (clock.instant().isAfter(current.leaf().getNotAfter().toInstant())) {
            return vouchers.renewal(current, wish.commonName())
                    .compose(ca::renew)
                    .compose(chain -> material(pairOf(current), chain));
        }
        if (config.stepCa().renewal() == Renewal.RENEW) {
            return ca.renew(current).compose(chain -> material(pairOf(current), chain));
        }
        return fresh(wish).compose(pair -> ca.rekey(current, csr(pair, wish)).compose(chain -> material(pair, chain)));
    }

    private Future<TlsMaterial> signedInstead(CertificateWish wish, Throwable failure) {
        log.atInfo()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("reason", failure.getMessage())
                .log("certificate in use is not followed by the next; asking with a token");
        return signed(wish);
    }

    private Future<TlsMaterial> signed(CertificateWish wish) {
        return vouchers.token("sign", wish.commonName(), wish.names())
                .compose(token -> fresh(wish)
                        .compose(pair -> ca.sign(
                                        token, csr(pair, wish), config.stepCa().lifetime())
                                .compose(chain -> material(pair, chain))));
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

    private static KeyPair pairOf(TlsMaterial current) {
        return new KeyPair(current.leaf().getPublicKey(), current.key());
    }

    private static String csr(KeyPair pair, CertificateWish wish) {
        return CertificateRequest.create(pair, wish.commonName(), wish.names());
    }

    private static Future<TlsMaterial> material(KeyPair pair, List<X509Certificate> chain) {
        try {
            return Future.succeededFuture(IssuedChain.material(pair, chain));
        } catch (IssuanceFailed unfit) {
            return Future.failedFuture(unfit);
        }
    }
}
