package io.lumia.tls;

import io.lumia.x509.CertificateRequest;
import io.lumia.x509.ChainPath;
import io.lumia.x509.Validity;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether a listener may serve a certificate: chain, time and names. That key and leaf belong together holds for every {@link TlsMaterial}. */
public final class ServerFitness {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_PURPOSE = "2.5.29.37.0";

    private ServerFitness() {}

    /** @throws CertificateException that says what does not hold */
    public static void check(TlsMaterial material, List<String> names, FleetTrust trust, Instant now)
            throws CertificateException {
        var leaf = material.leaf();
        if (!Validity.of(leaf).contains(now)) {
            throw new CertificateException("the certificate is not valid now: " + Validity.of(leaf));
        }
        checkPath(material.chain(), trust.roots(), now);
        checkPurpose(leaf);
        var carried = new HashSet<String>();
        for (List<?> name :
                Optional.ofNullable(leaf.getSubjectAlternativeNames()).orElse(List.of())) {
            carried.add(CertificateRequest.canonical(String.valueOf(name.get(1))));
        }
        var missing = new ArrayList<>(names);
        missing.removeIf(name -> carried.contains(CertificateRequest.canonical(name)));
        if (!missing.isEmpty()) {
            throw new CertificateException("the certificate does not carry " + missing);
        }
    }

    /** For certificates of any CA: trusts the last one of the chain, so that time, purpose, names and the signatures up to it are what counts. */
    public static FleetTrust topOf(TlsMaterial material) {
        var chain = material.chain();
        return new FleetTrust(List.of(chain.get(chain.size() - 1)));
    }

    /** RFC 5280, 6, at this moment; a root itself, as a self-signed certificate is for those that know it, has no path. */
    private static void checkPath(List<X509Certificate> chain, List<X509Certificate> roots, Instant now)
            throws CertificateException {
        try {
            var below = ChainPath.below(chain, roots);
            if (below.isEmpty()) {
                return;
            }
            var anchors =
                    roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            var path = CertificateFactory.getInstance("X.509").generateCertPath(below);
            var unused = CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (GeneralSecurityException untrusted) {
            throw new CertificateException(
                    "the certificate's chain does not lead to a trusted root: " + untrusted.getMessage(), untrusted);
        }
    }

    /** Without the extension it is good for everything (RFC 5280, 4.2.1.12). */
    private static void checkPurpose(X509Certificate leaf) throws CertificateException {
        var purposes = leaf.getExtendedKeyUsage();
        if (purposes != null && !purposes.contains(SERVER_AUTH) && !purposes.contains(ANY_PURPOSE)) {
            throw new CertificateException(
                    "the certificate is not for servers: its extended key usage lacks serverAuth");
        }
    }
}
