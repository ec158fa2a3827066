package io.lumia.agent;

import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Claims a name with an identity key, and learns whom to trust. */
public interface Enrolment {
    /** Completes with what the service handed out, checked; fails with {@link StepFailed}. */
    Future<Claimed> claim(Claim claim);

    /**
     * Who claims what.
     *
     * @param address to ask from
     * @param pinned SHA-256 of the roots of which one must be handed out, and no other is trusted; empty: what is seen first is trusted
     * @param token single use; null: none
     */
    record Claim(
            DeviceName device,
            KeyPair identityKey,
            InetAddress address,
            Set<Fingerprint> pinned,
            @Nullable String token) {
        /** Never shows key or token. */
        @Override
        public String toString() {
            return "Claim[" + device + " from " + address.getHostAddress() + "]";
        }
    }

    /**
     * @param roots that are trusted from now on
     * @param bootstrap the first certificate, for the identity key, and its intermediates
     */
    record Claimed(List<X509Certificate> roots, List<X509Certificate> bootstrap, Contact contact) {}
}
