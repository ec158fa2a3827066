package io.lumia.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.tls.FleetTrust;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A CA that is asked for its root before it can be trusted; ours or step-ca.
 *
 * @param base without trailing slash
 */
record RootFetch(URI base) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 256 * 1024;

    static RootFetch at(URI url) throws CommandFailed {
        if (!"https".equals(url.getScheme()) || url.getHost() == null) {
            throw new CommandFailed(
                    "--ca-url must be such as https://localhost:9000, is " + Printable.quoted(url + ""));
        }
        return new RootFetch(URI.create(url.toString().replaceAll("/+$", "")));
    }

    /** Whatever the other side says its roots are: nothing of it is verified. */
    List<X509Certificate> roots() throws CommandFailed {
        var roots = new ArrayList<X509Certificate>();
        for (JsonNode root : answer("/roots", everybody()).path("crts")) {
            roots.addAll(certificates(root.asText()));
        }
        if (roots.isEmpty()) {
            throw new CommandFailed(base + " names no roots; is it a CA?");
        }
        return List.copyOf(roots);
    }

    /** The root of this fingerprint; fails when the other side does not have it, or hands out another. */
    X509Certificate root(Fingerprint wanted) throws CommandFailed {
        var root = certificates(
                        answer("/root/" + wanted.hex(), everybody()).path("ca").asText())
                .get(0);
        if (!Fingerprint.of(root).equals(wanted)) {
            throw new CommandFailed(base + " handed out the root " + Fingerprint.of(root) + " instead of " + wanted
                    + ": somebody stands between, or this is another CA; nothing was written");
        }
        return root;
    }

    /** Whether its own certificate is of that root and for its name; otherwise clients would not connect. */
    void demandServedUnder(X509Certificate root) throws CommandFailed {
        var unused = answer("/health", new FleetTrust(List.of(root)));
    }

    private JsonNode answer(String path, TrustManager trust) throws CommandFailed {
        try {
            var response = client(trust)
                    .send(
                            HttpRequest.newBuilder(URI.create(base + path))
                                    .timeout(PATIENCE)
                                    .build(),
                            BodyHandlers.ofString());
            return understood(path, response);
        } catch (SSLException untrusted) {
            throw new CommandFailed("the certificate of " + base + " is not accepted: " + untrusted.getMessage()
                    + "; ask for it by a name that it carries (authority.names)");
        } catch (IOException broken) {
            throw new CommandFailed("cannot reach " + base + " (" + broken + "); is the CA running?");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted");
        }
    }

    private JsonNode understood(String path, HttpResponse<String> response) throws CommandFailed {
        if (response.statusCode() == 404 && path.startsWith("/root/")) {
            throw new CommandFailed(base + " has no root with this fingerprint; compare it with `lumia ca fingerprint`"
                    + " on the CA's own machine");
        }
        try {
            if (response.statusCode() / 100 == 2 && response.body().length() <= LONGEST_ANSWER) {
                return AdminClient.JSON.readTree(response.body());
            }
        } catch (JsonProcessingException foreign) {
            // told below
        }
        throw new CommandFailed(
                base + path + " does not answer as a CA does (status " + response.statusCode() + "); check --ca-url");
    }

    private List<X509Certificate> certificates(String pem) throws CommandFailed {
        try {
            return Pem.certificates(pem);
        } catch (IllegalArgumentException malformed) {
            throw new CommandFailed(base + " does not answer with a certificate; check --ca-url");
        }
    }

    private static HttpClient client(TrustManager trust) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            return HttpClient.newBuilder()
                    .connectTimeout(PATIENCE)
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(context)
                    .build();
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java platform has no TLS", broken);
        }
    }

    /** The fingerprint takes the place of the TLS chain, which cannot be verified before the root is known. */
    private static X509ExtendedTrustManager everybody() {
        return new X509ExtendedTrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
    }
}
