package io.lumia.expiry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.tls.FleetTrust;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Whether an ACME directory (RFC 8555, 7.1.1) answers as one, by the HTTPS that its clients use. Blocks, for about the timeout at most. */
final class DirectoryProbe {
    private static final int LARGEST = 1 << 16;
    private static final List<String> DEMANDED = List.of("newNonce", "newAccount", "newOrder");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Watch watch;
    private final URI address;
    private final Duration timeout;

    DirectoryProbe(Watch watch, URI address, Duration timeout) {
        this.watch = watch;
        this.address = address;
        this.timeout = timeout;
    }

    Finding look(Instant now) {
        try {
            var connection = open();
            try {
                // its timeouts hold for one read each; a server may send byte by byte
                CompletableFuture.delayedExecutor(2 * timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(connection::disconnect);
                return answered(connection, now);
            } finally {
                connection.disconnect();
            }
        } catch (CannotLook unusable) {
            return finding(Verdict.UNKNOWN, null, String.valueOf(unusable.getMessage()));
        } catch (IOException broken) {
            var unverified = broken instanceof javax.net.ssl.SSLHandshakeException && caFile() == null
                    ? "; a private CA's root is given by --ca or ca-file"
                    : "";
            return finding(Verdict.CRITICAL, false, "does not answer: " + EndpointProbe.reason(broken) + unverified);
        }
    }

    private Finding answered(HttpURLConnection connection, Instant now) throws IOException {
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            return finding(Verdict.CRITICAL, false, "answers with status " + status);
        }
        var chain = connection instanceof HttpsURLConnection tls ? shown(tls) : List.<X509Certificate>of();
        var missing = missing(connection);
        if (!missing.isEmpty()) {
            return finding(Verdict.CRITICAL, false, "is no ACME directory: " + String.join(", ", missing) + " missing");
        }
        return chain.isEmpty()
                ? finding(Verdict.HEALTHY, true, "answers, in the clear")
                : new ChainCheck(now, watch).judge(address.toString(), chain, null, true);
    }

    private HttpURLConnection open() throws IOException, CannotLook {
        var connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("User-Agent", "lumia");
        if (caFile() != null && connection instanceof HttpsURLConnection tls) {
            tls.setSSLSocketFactory(trusting().getSocketFactory());
        }
        return connection;
    }

    private java.nio.file.@Nullable Path caFile() {
        return watch.expectation().caFile();
    }

    private SSLContext trusting() throws CannotLook {
        var file = java.util.Objects.requireNonNull(caFile());
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new FleetTrust(CertificateFile.read(file, null))}, null);
            return context;
        } catch (GeneralSecurityException | CannotLook unusable) {
            throw new CannotLook("the CA file " + file + " " + unusable.getMessage(), unusable);
        }
    }

    private static List<String> missing(HttpURLConnection connection) throws IOException {
        try (var body = connection.getInputStream()) {
            JsonNode directory = JSON.readTree(body.readNBytes(LARGEST));
            return DEMANDED.stream()
                    .filter(key -> directory == null || !directory.path(key).isTextual())
                    .toList();
        } catch (com.fasterxml.jackson.core.JsonProcessingException otherwise) {
            return DEMANDED;
        }
    }

    private static List<X509Certificate> shown(HttpsURLConnection connection) throws IOException {
        Stream<Certificate> shown = Arrays.stream(connection.getServerCertificates());
        return shown.map(X509Certificate.class::cast).toList();
    }

    private Finding finding(Verdict verdict, @Nullable Boolean up, String detail) {
        return new Finding(watch.name(), address.toString(), verdict, null, null, null, up, detail);
    }
}
