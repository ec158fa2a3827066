package io.lumia.agent;

import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.URI;
import java.security.KeyPair;

/** Obtains a certificate with a fresh key. */
public interface CertificateOrder {
    /** Completes with key and chain; fails with {@link StepFailed}. */
    Future<TlsMaterial> place(Request request);

    /**
     * For whom.
     *
     * @param dnsName the name to certify
     * @param identityKey of the ACME account; never of the certificate
     * @param directory RFC 8555, 7.1.1
     * @param trust the CA must prove itself against it
     * @param address where challenges are answered
     */
    record Request(
            DeviceName device,
            String dnsName,
            KeyPair identityKey,
            URI directory,
            FleetTrust trust,
            InetAddress address) {
        /** Never shows the key. */
        @Override
        public String toString() {
            return "Request[" + dnsName + " at " + directory + "]";
        }
    }
}
