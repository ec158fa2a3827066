package io.lumia.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A plain TLS client of the JDK; sessions are not resumed, since each has a context of its own. */
final class JdkClient {
    private static final int PATIENCE_MS = 60_000;

    private final FleetTrust trust;
    private final @Nullable TlsMaterial own;

    JdkClient(FleetTrust trust, @Nullable TlsMaterial own) {
        this.trust = trust;
        this.own = own;
    }

    /** A connection whose handshake is done. */
    SSLSocket connect(String host, int port) throws IOException, GeneralSecurityException {
        return connect(host, port, List.of(), List.of());
    }

    /** The same, offering only these; empty: what the JDK offers. */
    SSLSocket connect(String host, int port, List<String> protocols, List<String> suites)
            throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        KeyManager[] keys = own == null ? null : new KeyManager[] {new SwappableKeys(own)};
        context.init(keys, new TrustManager[] {trust}, null);
        var socket = (SSLSocket) context.getSocketFactory().createSocket();
        try {
            socket.setSoTimeout(PATIENCE_MS);
            if (!protocols.isEmpty()) {
                socket.setEnabledProtocols(protocols.toArray(String[]::new));
            }
            if (!suites.isEmpty()) {
                socket.setEnabledCipherSuites(suites.toArray(String[]::new));
            }
            socket.connect(new InetSocketAddress(host, port), PATIENCE_MS);
            socket.startHandshake();
            return socket;
        } catch (IOException | RuntimeException failed) {
            socket.close();
            throw failed;
        }
    }

    /** What the listener presents now. */
    X509Certificate leaf(String host, int port) throws IOException, GeneralSecurityException {
        try (var socket = connect(host, port)) {
            return leaf(socket);
        }
    }

    static X509Certificate leaf(SSLSocket socket) throws IOException {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    /** Sends a byte and waits for it to come back. */
    static boolean echoes(SSLSocket socket) throws IOException {
        socket.getOutputStream().write('x');
        socket.getOutputStream().flush();
        return socket.getInputStream().read() == 'x';
    }
}
