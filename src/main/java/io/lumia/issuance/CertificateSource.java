package io.lumia.issuance;

import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;

/** Where a certificate comes from. Safe for use by several threads; never blocks its caller. */
public interface CertificateSource {
    /** How it issues, short and stable, for metrics, reports and log lines: acme, step-ca, embedded, self-signed. */
    String method();

    /** Whether an order would be answered now; fails with {@link IssuanceFailed} that says what to check. */
    Future<Void> health();

    /** A certificate for a fresh key, which is made here and stays in this process; fails with {@link IssuanceFailed}. */
    Future<TlsMaterial> obtain(CertificateWish wish);
}
