package io.lumia.broker;

import io.lumia.access.NamePatterns;
import io.lumia.tls.CrlBundle;
import io.lumia.tls.FleetTrust;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom the broker lets in as far as the operator's files say so: names, other CAs and their CRLs. Asked at every CONNECT, since a resumed TLS
 * session skips the trust manager. Each part is replaced as a whole while the broker runs.
 */
final class ClientGate {
    private final FleetTrust clients;
    private volatile NamePatterns allowed = new NamePatterns(List.of());
    private volatile CrlBundle crls = CrlBundle.EMPTY;
    private volatile @Nullable FleetTrust others;
    private volatile boolean trustChanged;

    /** @param clients what the listener trusts */
    ClientGate(FleetTrust clients) {
        this.clients = clients;
    }

    /** @param names empty: everybody */
    void allow(NamePatterns names) {
        allowed = names;
    }

    void revoke(CrlBundle lists) {
        crls = lists;
    }

    void others(List<X509Certificate> authorities) {
        others = authorities.isEmpty() ? null : new FleetTrust(authorities);
    }

    /** The fleet's CA is another now, and TLS sessions from before may be resumed. */
    void trustChanged() {
        trustChanged = true;
    }

    boolean isAllowed(String identity) {
        var names = allowed;
        return names.isEmpty() || names.matches(identity);
    }

    /** Whether a CRL names one of the chain. */
    boolean isRevoked(List<X509Certificate> chain) {
        var lists = crls;
        return !lists.lists().isEmpty() && chain.stream().anyMatch(lists::isRevoked);
    }

    /** Whether a chain from the fleet's own CA is still good; looked at only when the trust was replaced since the start. */
    boolean isStillTrusted(List<X509Certificate> chain) {
        return !trustChanged || accepts(clients, chain);
    }

    /** Whether the chain ends at one of the other CAs. */
    boolean isFromOtherAuthority(List<X509Certificate> chain) {
        var trusted = others;
        return trusted != null && accepts(trusted, chain);
    }

    private static boolean accepts(FleetTrust trust, List<X509Certificate> chain) {
        try {
            trust.checkClientTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
            return true;
        } catch (CertificateException refused) {
            return false;
        }
    }
}
