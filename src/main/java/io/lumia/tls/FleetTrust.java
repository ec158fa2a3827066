package io.lumia.tls;

import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts what ends at the fleet's roots, by the platform's path validation (RFC 5280, 6). The roots can be replaced while listeners and clients
 * run. Peers that send their leaf alone are helped with the intermediates known here.
 */
public final class FleetTrust extends X509ExtendedTrustManager {
    private record Anchors(
            List<X509Certificate> roots, List<X509Certificate> intermediates, X509ExtendedTrustManager paths) {}

    private volatile Anchors anchors;

    public FleetTrust(List<X509Certificate> roots) {
        this(roots, List.of());
    }

    /** @param intermediates that complete a chain, without being trusted themselves */
    public FleetTrust(List<X509Certificate> roots, List<X509Certificate> intermediates) {
        anchors = anchors(roots, intermediates);
    }

    /** Trusts these roots from the next handshake on. */
    public void replace(List<X509Certificate> roots, List<X509Certificate> intermediates) {
        anchors = anchors(roots, intermediates);
    }

    public List<X509Certificate> roots() {
        return anchors.roots;
    }

    public TrustOptions trustOptions() {
        return TrustOptions.wrap(this);
    }

    /** For clients that take a Java TLS context, without a certificate of their own. */
    public SSLContext clientContext() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {this}, null);
            return context;
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java platform has no TLS", broken);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        var now = anchors;
        now.paths.checkClientTrusted(completed(now, chain), type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        var now = anchors;
        now.paths.checkServerTrusted(completed(now, chain), type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        var now = anchors;
        now.paths.checkClientTrusted(completed(now, chain), type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        var now = anchors;
        now.paths.checkServerTrusted(completed(now, chain), type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        var now = anchors;
        now.paths.checkClientTrusted(completed(now, chain), type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        var now = anchors;
        now.paths.checkServerTrusted(completed(now, chain), type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return anchors.roots.toArray(X509Certificate[]::new);
    }

    private static X509Certificate[] completed(Anchors anchors, X509Certificate[] chain) {
        if (chain.length != 1) {
            return chain;
        }
        var issuer = chain[0].getIssuerX500Principal();
        for (X509Certificate intermediate : anchors.intermediates) {
            if (intermediate.getSubjectX500Principal().equals(issuer)) {
                var longer = Arrays.copyOf(chain, 2);
                longer[1] = intermediate;
                return longer;
            }
        }
        return chain;
    }

    private static Anchors anchors(List<X509Certificate> roots, List<X509Certificate> intermediates) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                store.setCertificateEntry("root-" + i, roots.get(i));
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return new Anchors(List.copyOf(roots), List.copyOf(intermediates), (X509ExtendedTrustManager)
                    factory.getTrustManagers()[0]);
        } catch (GeneralSecurityException | IOException broken) {
            throw new IllegalStateException("this Java platform has no PKIX trust manager", broken);
        }
    }
}
