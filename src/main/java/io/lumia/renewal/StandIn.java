package io.lumia.renewal;

import io.lumia.issuance.CertificateSource.Delivery;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.ServerFitness;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Validity;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The self-signed certificate that a server shows while no CA issues one. It is never good: it is replaced as soon as a CA answers. */
final class StandIn {
    private StandIn() {}

    /** Whether nobody vouches for it but itself. */
    static boolean is(@Nullable TlsMaterial material, FleetTrust trust) {
        return material != null
                && !trust.roots().contains(material.leaf())
                && material.leaf()
                        .getSubjectX500Principal()
                        .equals(material.leaf().getIssuerX500Principal())
                && signedByItself(material.leaf());
    }

    private static boolean signedByItself(X509Certificate leaf) {
        try {
            leaf.verify(leaf.getPublicKey());
            return true;
        } catch (GeneralSecurityException byAnother) {
            return false;
        }
    }

    /** What a handshake with it has to lead to. */
    static FleetTrust trust(TlsMaterial material, FleetTrust trust) {
        return is(material, trust) ? ServerFitness.topOf(material) : trust;
    }

    /** Whether a server with this goes on with a self-signed one when no CA issues. */
    static boolean mayReplace(@Nullable TlsMaterial current, FleetTrust trust, Instant now) {
        return current == null || !Validity.of(current.leaf()).contains(now) || is(current, trust);
    }

    /** Clients may have been told its fingerprint: it stays for half of its life rather than change at every attempt. */
    static boolean stays(@Nullable TlsMaterial current, FleetTrust trust, Instant now) {
        if (current == null || !is(current, trust)) {
            return false;
        }
        var validity = Validity.of(current.leaf());
        var half = Duration.between(validity.notBefore(), validity.notAfter()).dividedBy(2);
        return now.isBefore(validity.notBefore().plus(half));
    }

    /** @param failure of the CA that was asked last */
    static String sentence(Delivery delivery, IssuanceFailed failure) {
        return "SELF-SIGNED certificate until "
                + delivery.material().leaf().getNotAfter().toInstant()
                + ", clients that verify cannot connect; no issuer delivered: " + failure.getMessage();
    }

    /** The failure of an attempt that changes nothing. */
    static IssuanceFailed stays(TlsMaterial current, IssuanceFailed failure) {
        return new IssuanceFailed(
                failure.reason(),
                failure.getMessage() + "; the SELF-SIGNED certificate until "
                        + current.leaf().getNotAfter().toInstant() + " stays, clients that verify cannot connect",
                failure.retryAfter().orElse(null),
                failure);
    }
}
