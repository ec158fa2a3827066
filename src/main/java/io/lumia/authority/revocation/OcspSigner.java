package io.lumia.authority.revocation;

import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who signs OCSP answers: a delegated certificate with a key that exists in memory alone (RFC 6960, 4.2.2.2). Past half of its lifetime there is a
 * new one; when that fails the old one goes on. Signs; call from a worker.
 */
final class OcspSigner {
    private static final Logger log = LoggerFactory.getLogger(OcspSigner.class);

    private final Issuer issuer;
    private final String organization;
    private final Duration backdate;
    private final Duration lifetime;
    private final RandomGenerator randomness;
    private final Clock clock;
    private @Nullable Issuer current;
    private Instant renewal = Instant.MIN;

    OcspSigner(
            Issuer issuer,
            String organization,
            Duration backdate,
            Duration lifetime,
            RandomGenerator randomness,
            Clock clock) {
        this.issuer = issuer;
        this.organization = organization;
        this.backdate = backdate;
        this.lifetime = lifetime;
        this.randomness = randomness;
        this.clock = clock;
    }

    /** The one of now. @throws RuntimeException when there is none and none can be made */
    synchronized Issuer get() {
        var signer = current;
        var now = clock.instant();
        if (signer != null && now.isBefore(renewal)) {
            return signer;
        }
        try {
            signer = make(now);
            current = signer;
            return signer;
        } catch (RuntimeException broken) {
            if (signer == null || now.isAfter(Validity.of(signer.certificate()).notAfter())) {
                throw broken;
            }
            log.atError().setCause(broken).log("no new OCSP signer can be made; the old one is used");
            return signer;
        }
    }

    private Issuer make(Instant now) {
        var key = KeyPairs.p256();
        var ends = Validity.of(issuer.certificate()).notAfter();
        var wanted = now.plus(lifetime);
        var validity = new Validity(now.minus(backdate), wanted.isAfter(ends) ? ends : wanted);
        var serial = SerialNumber.random(randomness);
        var certificate = CertificateTemplate.ocspSigner(organization, key.getPublic(), serial, validity)
                .signedBy(issuer);
        renewal = now.plus(lifetime.dividedBy(2));
        log.atInfo()
                .addKeyValue("serial", serial)
                .addKeyValue("notAfter", validity.notAfter())
                .log("OCSP signer made");
        return new Issuer(certificate, new KeySigner(key));
    }
}
