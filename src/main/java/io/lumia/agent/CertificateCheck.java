package io.lumia.agent;

import io.lumia.x509.ChainPath;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an identity demands of a certificate before it uses it. */
final class CertificateCheck {
    private static final int DNS_NAME = 2;

    private CertificateCheck() {}

    /**
     * @param dnsName null: any will do
     * @throws StepFailed when the chain does not end at one of the roots (RFC 5280, 6), is not valid now, or lacks the name
     */
    static void fit(List<X509Certificate> chain, List<X509Certificate> roots, @Nullable String dnsName, Instant now)
            throws StepFailed {
        chained(chain, roots, now);
        if (dnsName != null && !named(chain.get(0), dnsName)) {
            throw unfit("it is not for " + dnsName);
        }
    }

    /** @throws StepFailed when the chain does not end at one of the roots (RFC 5280, 6) or is not valid now */
    static void chained(List<X509Certificate> chain, List<X509Certificate> roots, Instant now) throws StepFailed {
        try {
            var below = ChainPath.below(chain, roots);
            var path = CertificateFactory.getInstance("X.509").generateCertPath(below);
            var anchors =
                    roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
            var parameters = new PKIXParameters(Set.copyOf(anchors));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            var unused = CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (GeneralSecurityException untrusted) {
            throw unfit("its chain does not lead to the trusted root, or is not valid now: " + untrusted.getMessage());
        }
    }

    private static boolean named(X509Certificate certificate, String dnsName) throws StepFailed {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names != null
                    && names.stream()
                            .anyMatch(name -> Integer.valueOf(DNS_NAME).equals(name.get(0))
                                    && dnsName.equalsIgnoreCase(String.valueOf(name.get(1))));
        } catch (CertificateParsingException malformed) {
            throw unfit("its names cannot be read");
        }
    }

    private static StepFailed unfit(String why) {
        return StepFailed.retry(
                StepFailed.Reason.INVALID_CERTIFICATE, "the certificate that was issued cannot be used: " + why, null);
    }
}
