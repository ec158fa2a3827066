package io.lumia.renewal;

import io.lumia.issuance.CertificateSource.Delivery;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.ServerFitness;
import io.lumia.tls.TlsMaterial;
import java.security.cert.CertificateException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A certificate that was delivered, and what it has to lead to: a root of the instance, or itself where no CA made it. */
record NewCertificate(Delivery delivery, FleetTrust trust) {
    static NewCertificate of(Delivery delivery, RenewalInstance instance) {
        return new NewCertificate(
                delivery, delivery.failure() == null ? instance.trust() : ServerFitness.topOf(delivery.material()));
    }

    TlsMaterial material() {
        return delivery.material();
    }

    /** Whether it may be installed: chain, names, time and key. */
    String check(RenewalInstance instance, @Nullable TlsMaterial before, Instant now) throws StepFailed {
        var names = instance.config().sans();
        try {
            ServerFitness.check(material(), names, trust, now);
        } catch (CertificateException unfit) {
            throw new StepFailed(
                    "the new certificate does not fit: " + Sentences.of(unfit)
                            + "; ca-bundle must hold the root of the CA that issues",
                    unfit);
        }
        if (!instance.config().keyType().admits(material().leaf().getPublicKey())) {
            throw new StepFailed("the new key is not " + instance.config().keyType() + " as key-type wants", null);
        }
        if (before != null && material().fingerprint().equals(before.fingerprint())) {
            throw new StepFailed("the CA gave the certificate that is in use already", null);
        }
        return (delivery.failure() == null ? "leads to a trusted root" : "self-signed, leads to no root")
                + " and carries " + names;
    }
}
