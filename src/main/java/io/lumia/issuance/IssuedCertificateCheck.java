package io.lumia.issuance;

import io.lumia.issuance.CertificateWish.Usage;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.ChainPath;
import io.lumia.x509.Validity;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether what a CA sent is what was asked for: time, names, usages, kind of key, and a chain to a trusted root. That key and leaf belong
 * together holds for every {@link TlsMaterial}.
 */
public final class IssuedCertificateCheck {
    private static final String ANY_USAGE = "2.5.29.37.0";

    private IssuedCertificateCheck() {}

    /** @throws IssuanceFailed with {@link Reason#INVALID_CERTIFICATE}, naming everything that does not hold */
    public static void demand(TlsMaterial material, CertificateWish wish, List<X509Certificate> roots, Instant now)
            throws IssuanceFailed {
        var problems = problems(material, wish, roots, now);
        if (!problems.isEmpty()) {
            throw new IssuanceFailed(
                    Reason.INVALID_CERTIFICATE,
                    "the certificate that came for " + wish.commonName() + " cannot be used: "
                            + String.join("; ", problems),
                    null,
                    null);
        }
    }

    /** Everything that does not hold, as sentences without a full stop; empty when it is fit. */
    public static List<String> problems(
            TlsMaterial material, CertificateWish wish, List<X509Certificate> roots, Instant now) {
        return Stream.of(
                        time(material.leaf(), now),
                        names(material.leaf(), wish.names()),
                        usages(material.leaf(), wish.usages()),
                        key(material.leaf(), wish),
                        chain(material.chain(), roots, now))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> time(X509Certificate leaf, Instant now) {
        var validity = Validity.of(leaf);
        if (now.isBefore(validity.notBefore())) {
            return Optional.of("it is valid only from " + validity.notBefore() + "; compare the clocks of CA and this"
                    + " machine");
        }
        return validity.contains(now) ? Optional.empty() : Optional.of("it expired at " + validity.notAfter());
    }

    private static Optional<String> names(X509Certificate leaf, List<String> wanted) {
        try {
            var carried = new HashSet<String>();
            Collection<List<?>> alternative = leaf.getSubjectAlternativeNames();
            for (List<?> name : alternative == null ? List.<List<?>>of() : alternative) {
                carried.add(CertificateRequest.canonical(String.valueOf(name.get(1))));
            }
            var missing = new ArrayList<>(wanted);
            missing.removeIf(name -> carried.contains(CertificateRequest.canonical(name)));
            return missing.isEmpty()
                    ? Optional.empty()
                    : Optional.of("it lacks " + missing + " (it is for " + carried + ")");
        } catch (CertificateParsingException malformed) {
            return Optional.of("its names cannot be read: " + malformed.getMessage());
        }
    }

    /** A certificate without the extension is good for everything (RFC 5280, 4.2.1.12). */
    private static Optional<String> usages(X509Certificate leaf, Set<Usage> wanted) {
        try {
            var allowed = leaf.getExtendedKeyUsage();
            if (allowed == null || allowed.contains(ANY_USAGE)) {
                return Optional.empty();
            }
            var missing = wanted.stream()
                    .filter(usage -> !allowed.contains(usage.objectIdentifier()))
                    .toList();
            return missing.isEmpty()
                    ? Optional.empty()
                    : Optional.of("its extended key usage lacks " + missing
                            + "; set it in the CA's template or choose another profile or provisioner");
        } catch (CertificateParsingException malformed) {
            return Optional.of("its extended key usage cannot be read: " + malformed.getMessage());
        }
    }

    private static Optional<String> key(X509Certificate leaf, CertificateWish wish) {
        return wish.keyType().admits(leaf.getPublicKey())
                ? Optional.empty()
                : Optional.of("its key is not " + wish.keyType());
    }

    private static Optional<String> chain(List<X509Certificate> chain, List<X509Certificate> roots, Instant now) {
        try {
            var below = ChainPath.below(chain, roots);
            if (below.isEmpty()) {
                return Optional.of("it is one of the trusted roots itself");
            }
            Set<TrustAnchor> anchors =
                    roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
            if (anchors.isEmpty()) {
                return Optional.of("no root is trusted");
            }
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            var unused = CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
            return Optional.empty();
        } catch (GeneralSecurityException untrusted) {
            return Optional.of("its chain does not lead to a trusted root (" + untrusted.getMessage() + "): issued by "
                    + chain.get(chain.size() - 1).getIssuerX500Principal());
        }
    }
}
