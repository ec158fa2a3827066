package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.config.StepApiConfig;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Certificates with which clients prove who they are, by TLS or in a token. */
final class Signers {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final Vertx vertx;
    private final StepApiConfig config;
    private final Supplier<Issuers> issuers;
    private final Set<TrustAnchor> foreign;

    /** @param foreignRoots whose certificates may sign x5c tokens as well */
    Signers(Vertx vertx, StepApiConfig config, Supplier<Issuers> issuers, List<X509Certificate> foreignRoots) {
        this.vertx = vertx;
        this.config = config;
        this.issuers = issuers;
        this.foreign =
                foreignRoots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What was recorded of this very certificate. Fails with {@link StepRefusal} when the authority did not issue it: one of somebody's own
     * making with the serial of another is not that one.
     */
    Future<CertificateRecord> ours(X509Certificate certificate) {
        return FleetBus.DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(SerialNumber.of(certificate)))
                .map(described -> {
                    if (described instanceof CertificateDescription.Known known
                            && known.certificate().certificate().equals(Pem.of(certificate))) {
                        return known.certificate();
                    }
                    throw StepRefusal.unauthorized("this CA did not issue the certificate");
                });
    }

    /** Checks what can be said without the store. Costs CPU time. @throws StepRefusal saying why the chain may not sign tokens */
    void requireFit(List<X509Certificate> chain, Instant now) {
        var leaf = chain.get(0);
        if (!Validity.of(leaf).contains(now)) {
            throw StepRefusal.unauthorized("the certificate that signed the token is not valid now: it is from "
                    + leaf.getNotBefore().toInstant() + " to "
                    + leaf.getNotAfter().toInstant());
        }
        if (!forClients(leaf) || (leaf.getKeyUsage() != null && !leaf.getKeyUsage()[0])) {
            throw StepRefusal.unauthorized(
                    "the certificate that signed the token lacks digitalSignature or clientAuth");
        }
        if (!issuers.get().signed(leaf) && !trusted(chain, now)) {
            throw StepRefusal.unauthorized("the certificate that signed the token is not issued by this CA or a root of"
                    + " authority.step-api.x5c-roots-file");
        }
    }

    /**
     * The record of one of ours that may vouch for others; empty for a certificate of a configured root. Devices may not, nor may those that
     * only passed a challenge: either would reach names that it has no right to.
     */
    Future<Optional<CertificateRecord>> vouching(X509Certificate leaf) {
        if (!issuers.get().signed(leaf)) {
            return Future.succeededFuture(Optional.empty());
        }
        return ours(leaf).map(known -> {
            requireActive(known);
            var provisioner = known.provisioner();
            var fit = known.profile() == Profile.ADMIN
                    || (known.profile() == Profile.SERVER
                            && (Objects.equals(provisioner, config.jwk())
                                    || Objects.equals(provisioner, config.x5c())));
            if (!fit) {
                throw StepRefusal.unauthorized("the certificate " + known.serial() + " may not sign tokens; one that "
                        + config.jwk() + " or " + config.x5c() + " issued or of the profile admin may");
            }
            return Optional.of(known);
        });
    }

    /** @throws StepRefusal unless it is neither revoked nor expired */
    static void requireActive(CertificateRecord certificate) {
        if (certificate.status() == CertificateStatus.REVOKED) {
            throw StepRefusal.unauthorized("the certificate " + certificate.serial() + " was revoked");
        }
        if (certificate.status() == CertificateStatus.EXPIRED) {
            throw StepRefusal.unauthorized("the certificate " + certificate.serial() + " expired on "
                    + certificate.validity().notAfter());
        }
    }

    static boolean forClients(X509Certificate certificate) {
        try {
            var purposes = certificate.getExtendedKeyUsage();
            return purposes != null && purposes.contains(CLIENT_AUTH);
        } catch (CertificateParsingException malformed) {
            return false;
        }
    }

    /** RFC 5280, 6. */
    private boolean trusted(List<X509Certificate> chain, Instant now) {
        if (foreign.isEmpty()) {
            return false;
        }
        try {
            var withoutRoots = chain.stream()
                    .filter(one -> foreign.stream().noneMatch(root -> one.equals(root.getTrustedCert())))
                    .toList();
            var parameters = new PKIXParameters(foreign);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            var path = CertificateFactory.getInstance("X.509").generateCertPath(withoutRoots);
            return CertPathValidator.getInstance("PKIX").validate(path, parameters) != null
                    && !withoutRoots.isEmpty()
                    && withoutRoots.get(0).equals(chain.get(0));
        } catch (GeneralSecurityException untrusted) {
            return false;
        }
    }
}
