package io.lumia.tls;

import io.lumia.x509.ServerIdentity;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
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

    private final boolean named;
    private volatile Anchors anchors;

    public FleetTrust(List<X509Certificate> roots) {
        this(roots, List.of());
    }

    /** @param intermediates that complete a chain, without being trusted themselves */
    public FleetTrust(List<X509Certificate> roots, List<X509Certificate> intermediates) {
        this(roots, intermediates, true);
    }

    private FleetTrust(List<X509Certificate> roots, List<X509Certificate> intermediates, boolean named) {
        this.named = named;
        this.anchors = anchors(roots, intermediates);
    }

    /**
     * For a listener whose CAs may change. It names none in its handshakes: engines fix that list when they start, and clients that go by it
     * would not show a certificate of a CA that came later.
     */
    public static FleetTrust forClients(List<X509Certificate> roots, List<X509Certificate> intermediates) {
        return new FleetTrust(roots, intermediates, false);
    }

    /** Trusts these roots from the next handshake on. */
    public void replace(List<X509Certificate> roots, List<X509Certificate> intermediates) {
        anchors = anchors(roots, intermediates);
    }

    public List<X509Certificate> roots() {
        return anchors.roots;
    }

    /** What completes a chain. */
    public List<X509Certificate> intermediates() {
        return anchors.intermediates;
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
        if (isUnknownTo(engine, chain)) {
            now.paths.checkClientTrusted(completed(now, chain), type);
        } else {
            now.paths.checkClientTrusted(completed(now, chain), type, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        var now = anchors;
        if (isUnknownTo(engine, chain)) {
            now.paths.checkServerTrusted(completed(now, chain), type);
            demandHost(chain[0], engine);
        } else {
            now.paths.checkServerTrusted(completed(now, chain), type, engine);
        }
    }

    /**
     * Whether the CA signs with Ed25519 and the engine does not tell the platform that it may: Netty's for OpenSSL lists RSA and ECDSA alone,
     * though the signatures in a chain are verified here and not by OpenSSL.
     */
    private static boolean isUnknownTo(SSLEngine engine, X509Certificate[] chain) {
        return Stream.of(chain).anyMatch(certificate -> isEdwards(certificate.getSigAlgName()))
                && engine.getHandshakeSession() instanceof ExtendedSSLSession session
                && Stream.of(session.getLocalSupportedSignatureAlgorithms()).noneMatch(FleetTrust::isEdwards);
    }

    private static boolean isEdwards(String algorithm) {
        return algorithm.equalsIgnoreCase("Ed25519") || algorithm.equalsIgnoreCase("EdDSA");
    }

    /** What the platform does where it knows the engine: only when the client asked for it, as ours always do. */
    private static void demandHost(X509Certificate leaf, SSLEngine engine) throws CertificateException {
        var algorithm = engine.getSSLParameters().getEndpointIdentificationAlgorithm();
        var host = engine.getPeerHost();
        if (algorithm != null && !algorithm.isEmpty() && (host == null || !ServerIdentity.covers(leaf, host))) {
            throw new CertificateException("the certificate is not for " + host);
        }
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
        return named ? anchors.roots.toArray(X509Certificate[]::new) : new X509Certificate[0];
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
