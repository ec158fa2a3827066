package io.lumia.fakes;

import io.lumia.x509.Pem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A connection to a port of loopback over which bytes are sent as the test likes, with or without TLS. */
public final class RawTls implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;
    private final Socket socket;

    /** With TLS, whatever certificate the server has. */
    public RawTls(int port) {
        this(port, true);
    }

    public RawTls(int port, boolean tls) {
        try {
            var plain = new Socket();
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(PATIENCE_MILLIS);
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket = tls ? trusting().createSocket(plain, "localhost", port, true) : plain;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** An HTTP client that trusts this root alone. */
    public static HttpClient http(String root) {
        try {
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("root", Pem.certificates(root).get(0));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return HttpClient.newBuilder().sslContext(context).build();
        } catch (GeneralSecurityException | IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    public void send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Sends a whole request and reads its answer, which must have a Content-Length; the connection can be used again. */
    public RawHttp.Reply exchange(String request) {
        send(request);
        return answer();
    }

    /** The next answer, which must have a Content-Length; status 0: the server closed the connection. */
    public RawHttp.Reply answer() {
        try {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    return new RawHttp.Reply(0, "", "");
                }
                head.append((char) next);
            }
            var text = head.toString();
            var length = text.replaceFirst("(?is).*content-length: (\\d+).*", "$1");
            var body = socket.getInputStream().readNBytes(Integer.parseInt(length));
            return new RawHttp.Reply(
                    Integer.parseInt(text.substring(9, 12)), text, new String(body, StandardCharsets.UTF_8));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Whether the server has closed the connection, or does so before the patience ends; what it sends until then is skipped. */
    public boolean isClosed() {
        try {
            while (socket.getInputStream().read() >= 0) {
                continue;
            }
            return true;
        } catch (java.net.SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Sends these bytes one by one until the server has closed the connection; whether it did. */
    public boolean isClosedWhileSending(String text, long everyMillis) {
        try {
            socket.setSoTimeout((int) everyMillis);
            for (char next : text.toCharArray()) {
                send(String.valueOf(next));
                try {
                    if (socket.getInputStream().read() < 0) {
                        return true;
                    }
                } catch (java.net.SocketTimeoutException quiet) {
                    continue;
                }
            }
            return false;
        } catch (IOException | UncheckedIOException reset) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static SSLSocketFactory trusting() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
