package io.lumia.expiry;

import io.lumia.config.WatchConfig.Protocol;
import io.lumia.expiry.Watch.Endpoint;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Looks at the certificates that a TLS server shows, and whether an MQTT broker behind them answers. Blocks, for the timeout at most. */
final class EndpointProbe {
    private final Watch watch;
    private final Endpoint endpoint;
    private final Duration timeout;
    private final SeenChain seen = new SeenChain();

    EndpointProbe(Watch watch, Endpoint endpoint, Duration timeout) {
        this.watch = watch;
        this.endpoint = endpoint;
        this.timeout = timeout;
    }

    /** What came of the connection, beside the chain. */
    private record Contact(Verdict verdict, boolean up, String detail) {}

    Finding look(Instant now) {
        var subject = endpoint.address().toString();
        Contact contact;
        try {
            contact = connect(shownKey());
        } catch (CannotLook | GeneralSecurityException unusable) {
            return new Finding(
                    watch.name(),
                    subject,
                    Verdict.UNKNOWN,
                    null,
                    null,
                    null,
                    null,
                    String.valueOf(unusable.getMessage()));
        }
        if (seen.chain().isEmpty()) {
            return new Finding(watch.name(), subject, contact.verdict, null, null, null, contact.up, contact.detail);
        }
        var judged = new ChainCheck(now, watch).judge(subject, seen.chain(), host(), contact.up);
        return new Finding(
                judged.name(),
                subject,
                judged.verdict().or(contact.verdict),
                judged.notBefore(),
                judged.notAfter(),
                judged.certificate(),
                judged.up(),
                contact.detail.isEmpty() ? judged.detail() : judged.detail() + "; " + contact.detail);
    }

    private Contact connect(ShownKey key) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {key}, new TrustManager[] {seen}, null);
        int millis = (int) timeout.toMillis();
        try (var plain = new Socket()) {
            // the timeout of the socket holds for one read; a server may send byte by byte
            CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(() -> close(plain));
            var address = endpoint.address();
            plain.connect(new InetSocketAddress(address.host(), address.port()), millis);
            plain.setSoTimeout(millis);
            var factory = context.getSocketFactory();
            try (var tls = (SSLSocket) factory.createSocket(plain, address.host(), address.port(), true)) {
                return converse(tls, key);
            }
        } catch (IOException unreachable) {
            return new Contact(unanswered(), false, "does not answer: " + reason(unreachable));
        }
    }

    /** The chain is enough to judge it; whether the broker is well, only its answer tells. */
    private Verdict unanswered() {
        return endpoint.protocol() == Protocol.MQTT ? Verdict.CRITICAL : Verdict.UNKNOWN;
    }

    private Contact converse(SSLSocket tls, ShownKey key) {
        try {
            nameServer(tls);
            tls.startHandshake();
            if (endpoint.protocol() != Protocol.MQTT) {
                return new Contact(Verdict.HEALTHY, true, "");
            }
            var id = "lumia-check-" + UUID.randomUUID().toString().substring(0, 8);
            return answered(MqttGreeting.exchange(tls.getInputStream(), tls.getOutputStream(), id), key);
        } catch (IOException broken) {
            return brokenOff(broken, key);
        }
    }

    private void nameServer(SSLSocket tls) {
        if (!CertificateRequest.isAddress(host())) {
            var parameters = tls.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host())));
            tls.setSSLParameters(parameters);
        }
    }

    private static Contact answered(MqttConnectReturnCode code, ShownKey key) {
        if (code == MqttConnectReturnCode.CONNECTION_ACCEPTED) {
            return new Contact(Verdict.HEALTHY, true, "MQTT accepted");
        }
        var refused = code.name()
                .toLowerCase(Locale.ROOT)
                .replace("connection_refused_", "")
                .replace('_', ' ');
        // a stranger is to be turned away; whoever shows the certificate that is meant for it is not
        return new Contact(key.isShown() ? Verdict.CRITICAL : Verdict.HEALTHY, true, "MQTT answers: " + refused);
    }

    private Contact brokenOff(IOException broken, ShownKey key) {
        if (seen.chain().isEmpty()) {
            return new Contact(unanswered(), false, "no TLS handshake: " + reason(broken));
        }
        if (key.isMissed()) {
            return new Contact(
                    Verdict.HEALTHY, true, "asks for a client certificate; none was given, so no more is known");
        }
        return new Contact(
                endpoint.protocol() == Protocol.MQTT || key.isShown() ? Verdict.CRITICAL : Verdict.HEALTHY,
                false,
                (key.isShown() ? "does not take the client certificate: " : "does not go on: ") + reason(broken));
    }

    private String host() {
        var wanted = watch.expectation().serverName();
        return wanted == null ? endpoint.address().host() : wanted;
    }

    private ShownKey shownKey() throws CannotLook {
        if (endpoint.certFile() == null || endpoint.keyFile() == null) {
            return new ShownKey(null, List.of());
        }
        return new ShownKey(key(endpoint.keyFile()), certificates(endpoint.certFile()));
    }

    private static List<java.security.cert.X509Certificate> certificates(Path file) throws CannotLook {
        try {
            return CertificateFile.read(file, null);
        } catch (CannotLook unusable) {
            throw new CannotLook("the client certificate " + file + " " + unusable.getMessage(), unusable);
        }
    }

    private static java.security.PrivateKey key(Path file) throws CannotLook {
        try {
            return Pem.privateKey(Files.readString(file));
        } catch (IOException | IllegalArgumentException unusable) {
            throw new CannotLook("the client key " + file + " cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    static @Nullable String reason(IOException broken) {
        return broken instanceof UnknownHostException ? "unknown host " + broken.getMessage() : broken.getMessage();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException already) {
            // it is gone, which was wanted
        }
    }
}
