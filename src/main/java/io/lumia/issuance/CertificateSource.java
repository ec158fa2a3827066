package io.lumia.issuance;

import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a certificate comes from. Safe for use by several threads; never blocks its caller. */
public interface CertificateSource {
    /**
     * A certificate, and where it came from.
     *
     * @param method as {@link CertificateSource#method}, of the source that made it
     * @param issuer as {@link CertificateSource#issuer}, of the source that made it
     * @param failure why no CA made it, where it is self-signed; else null
     */
    record Delivery(
            TlsMaterial material,
            String method,
            String issuer,
            @Nullable IssuanceFailed failure) {}

    /** How it issues, short and stable, for metrics, reports and log lines: acme, step-ca, embedded, self-signed. */
    String method();

    /** Which one it is, for people: the address of the CA, or the method where there is none. */
    default String issuer() {
        return method();
    }

    /** Whether an order would be answered now; fails with {@link IssuanceFailed} that says what to check. */
    Future<Void> health();

    /** A certificate for a fresh key, which is made here and stays in this process; fails with {@link IssuanceFailed}. */
    Future<TlsMaterial> obtain(CertificateWish wish);

    /** As {@link #obtain}, with its origin: a source that asks others says which one answered. */
    default Future<Delivery> deliver(CertificateWish wish) {
        return obtain(wish).map(material -> new Delivery(material, method(), issuer(), null));
    }

    /** What it issued last and kept, for a start without a CA; expired or not. Empty: nothing, or it keeps nothing. */
    default Future<Optional<TlsMaterial>> last() {
        return Future.succeededFuture(Optional.empty());
    }
}
