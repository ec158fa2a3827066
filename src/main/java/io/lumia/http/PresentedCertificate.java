package io.lumia.http;

import io.vertx.ext.web.RoutingContext;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** The client certificate of a request's connection. */
public final class PresentedCertificate {
    private PresentedCertificate() {}

    /** Empty where the client showed none, or none that the listener trusts. */
    public static Optional<X509Certificate> of(RoutingContext context) {
        try {
            var presented = context.request().connection().peerCertificates();
            return presented == null || presented.isEmpty()
                    ? Optional.empty()
                    : Optional.of((X509Certificate) presented.get(0));
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }
}
