package io.lumia.expiry;

import io.lumia.expiry.Watch.Expectation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a chain leads to given roots (RFC 5280, 6), and on request whether their CRLs name one of it. Blocks. */
final class ChainVerification {
    private final Expectation expectation;

    ChainVerification(Expectation expectation) {
        this.expectation = expectation;
    }

    /**
     * Judged at a moment within the leaf's validity, since its end is told apart from this.
     *
     * @return the root it leads to
     */
    X509Certificate verify(List<X509Certificate> chain, Instant now) throws ChainRefused, CannotLook {
        var roots = roots();
        var leaf = chain.get(0);
        try {
            var parameters = new PKIXBuilderParameters(anchors(roots), exactly(leaf));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(within(leaf, now)));
            var known = new ArrayList<Object>(chain);
            known.addAll(roots);
            known.addAll(crls());
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
            var builder = CertPathBuilder.getInstance("PKIX");
            if (!expectation.crlFiles().isEmpty()) {
                parameters.addCertPathChecker(byCrlsAlone((PKIXRevocationChecker) builder.getRevocationChecker()));
            }
            var built = (PKIXCertPathBuilderResult) builder.build(parameters);
            return built.getTrustAnchor().getTrustedCert();
        } catch (GeneralSecurityException refused) {
            throw new ChainRefused(
                    "does not lead to a CA in " + expectation.caFile() + " (" + innermost(refused) + ")", refused);
        }
    }

    private List<X509Certificate> roots() throws CannotLook {
        var file = caFile();
        try {
            return CertificateFile.read(file, null);
        } catch (CannotLook unusable) {
            throw new CannotLook("the CA file " + file + " " + unusable.getMessage(), unusable);
        }
    }

    private Path caFile() throws CannotLook {
        var file = expectation.caFile();
        if (file == null) {
            throw new CannotLook("no CA file is given");
        }
        return file;
    }

    /** Only roots end a chain, unless the file has none: then each of its certificates does. */
    private static Set<TrustAnchor> anchors(List<X509Certificate> certificates) {
        var roots = certificates.stream()
                .filter(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()))
                .toList();
        var anchors = new HashSet<TrustAnchor>();
        (roots.isEmpty() ? certificates : roots).forEach(each -> anchors.add(new TrustAnchor(each, null)));
        return anchors;
    }

    private static X509CertSelector exactly(X509Certificate leaf) {
        var selector = new X509CertSelector();
        selector.setCertificate(leaf);
        return selector;
    }

    private static Instant within(X509Certificate leaf, Instant now) {
        var end = leaf.getNotAfter().toInstant();
        var begin = leaf.getNotBefore().toInstant();
        return now.isAfter(end) ? end : now.isBefore(begin) ? begin : now;
    }

    private static PKIXRevocationChecker byCrlsAlone(PKIXRevocationChecker checker) {
        checker.setOptions(EnumSet.of(Option.PREFER_CRLS, Option.NO_FALLBACK));
        return checker;
    }

    private List<CRL> crls() throws CannotLook {
        var all = new ArrayList<CRL>();
        for (Path file : expectation.crlFiles()) {
            try {
                all.addAll(CertificateFactory.getInstance("X.509")
                        .generateCRLs(new ByteArrayInputStream(Files.readAllBytes(file))));
            } catch (IOException | CertificateException | java.security.cert.CRLException unusable) {
                throw new CannotLook("the CRL file " + file + " cannot be read", unusable);
            }
        }
        return all;
    }

    private static @Nullable String innermost(Throwable refused) {
        Throwable inner = refused;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner.getMessage();
    }
}
