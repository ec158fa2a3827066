package io.lumia.issuance;

import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import java.util.Optional;

/** Where a certificate comes from. Safe for use by several threads; never blocks its caller. */
public interface CertificateSource {
    /** How it issues, short and stable, for metrics, reports and log lines: acme, step-ca, embedded, self-signed. */
    String method();

    /** Whether an order would be answered now; fails with {@link IssuanceFailed} that says what to check. */
    Future<Void> health();

    /** A certificate for a fresh key, which is made here and stays in this process; fails with {@link IssuanceFailed}. */
    Future<TlsMaterial> obtain(CertificateWish wish);

    /** What it issued last and kept, for a start without a CA; expired or not. Empty: nothing, or it keeps nothing. */
    default Future<Optional<TlsMaterial>> last() {
        return Future.succeededFuture(Optional.empty());
    }
}
