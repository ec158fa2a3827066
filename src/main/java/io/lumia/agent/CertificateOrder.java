package io.lumia.agent;

import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;

/** Obtains a certificate with a fresh key. */
public interface CertificateOrder {
    /** Completes with key and chain; fails with {@link StepFailed}. */
    Future<TlsMaterial> place(Request request);

    /** Whether what comes must carry the identity's DNS name. */
    default boolean certifiesName() {
        return true;
    }

    /** Files of an operator from which it comes; a change of them is a reason to renew. Empty: there are none. */
    default List<Path> files(DeviceName device) {
        return List.of();
    }

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
