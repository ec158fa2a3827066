package io.lumia.tls;

import io.vertx.core.Future;
import java.security.cert.CertificateException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a listener's certificate comes from. Never blocks its caller. */
public interface ListenerSource {
    /** A label for events, metrics and log lines: {@code embedded}, {@code acme} or {@code manual}. */
    String method();

    /** What certificates of another origin are not taken for after a restart; part of a file, one line. */
    String origin();

    /**
     * Key and certificate to serve next; fails with a sentence for the operator, as {@link CertificateNotObtained} where the reason has a label.
     *
     * @param current what is served; null: nothing yet
     */
    Future<TlsMaterial> obtain(@Nullable TlsMaterial current);

    /** Before it is served. @throws CertificateException with a sentence when it must not be */
    void check(TlsMaterial material, Instant now) throws CertificateException;

    /** With which a client accepts the material. */
    FleetTrust trust(TlsMaterial material);
}
