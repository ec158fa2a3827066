package io.lumia.renewal;

import io.lumia.tls.FleetTrust;
import io.lumia.tls.TrustBundle;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The roots that a renewed certificate must lead to. */
final class InstanceTrust {
    private InstanceTrust() {}

    /** @param bundle PEM; null: the roots of the platform. @throws IllegalArgumentException naming key, file and remedy */
    static FleetTrust of(@Nullable Path bundle) {
        return new FleetTrust(bundle == null ? platform() : TrustBundle.read("ca-bundle", List.of(bundle), List.of()));
    }

    private static List<X509Certificate> platform() {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            var roots = new ArrayList<X509Certificate>();
            Stream.of(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .forEach(manager -> roots.addAll(List.of(((X509TrustManager) manager).getAcceptedIssuers())));
            return roots;
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java platform has no trust store", broken);
        }
    }
}
