package io.lumia.issuance;

import io.lumia.config.IssuerConfig;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TrustBundle;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a source trusts.
 *
 * @param server with whom the CA's server must prove itself; null: what the platform trusts
 * @param roots to which issued certificates must lead
 */
record IssuerTrust(@Nullable FleetTrust server, List<X509Certificate> roots) {

    /** Reads the files anew: they may have been replaced. Blocks. */
    static IssuerTrust read(IssuerConfig config) throws IssuanceFailed {
        try {
            var bundle = bundle("ca-bundle", config.caBundle());
            var roots = bundle("trusted-roots", config.trustedRoots());
            return new IssuerTrust(
                    bundle.isEmpty() ? null : new FleetTrust(bundle),
                    !roots.isEmpty() ? roots : bundle.isEmpty() ? platform() : bundle);
        } catch (IllegalArgumentException unusable) {
            throw new IssuanceFailed(Reason.INTERNAL, String.valueOf(unusable.getMessage()), null, unusable);
        }
    }

    private static List<X509Certificate> bundle(String key, @Nullable Path file) {
        return file == null ? List.of() : TrustBundle.read(key, List.of(file), List.of());
    }

    private static List<X509Certificate> platform() {
        try {
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            return Stream.of(factory.getTrustManagers())
                    .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()))
                    .toList();
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java platform has no trusted roots", broken);
        }
    }
}
