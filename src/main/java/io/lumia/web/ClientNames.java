package io.lumia.web;

import io.lumia.access.NamePatterns;
import io.lumia.http.Problem;
import io.vertx.ext.web.RoutingContext;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Whose client certificate may be shown at the admin API, by common name; looked at on every request, resumed TLS sessions included. */
final class ClientNames {
    private final NamePatterns allowed;
    private final Refusals refusals;

    /** @param patterns empty: everybody with a good certificate */
    ClientNames(List<String> patterns, Refusals refusals) {
        this.allowed = new NamePatterns(patterns);
        this.refusals = refusals;
    }

    void check(RoutingContext context) {
        if (allowed.isEmpty() || allowed.matches(commonName(context))) {
            context.next();
        } else {
            refusals.tell(context.request(), Authentication.NOBODY, Refusals.REQUEST, "client-not-allowed");
            throw new Rejected(Problem.of(
                    403,
                    "client-not-allowed",
                    "Client certificate not allowed",
                    "web.tls.mtls.allowed-client-cns does not name this certificate's common name"));
        }
    }

    private static String commonName(RoutingContext context) {
        try {
            var leaf = (X509Certificate) context.request().sslSession().getPeerCertificates()[0];
            var names = X500Name.getInstance(leaf.getSubjectX500Principal().getEncoded())
                    .getRDNs(BCStyle.CN);
            return names.length == 0
                    ? ""
                    : IETFUtils.valueToString(names[0].getFirst().getValue());
        } catch (SSLPeerUnverifiedException noCertificate) {
            return "";
        }
    }
}
