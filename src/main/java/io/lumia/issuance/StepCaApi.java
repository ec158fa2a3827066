package io.lumia.issuance;

import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.KeyCertOptions;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Exchanges with step-ca's own API, whose status is judged here: every Future fails with {@link IssuanceFailed}. */
final class StepCaApi {
    private static final int LONGEST_DETAIL = 400;

    private final Vertx vertx;
    private final URI url;
    private final HttpClientOptions tls;
    private final Duration patience;

    /**
     * @param tls options of a client with TLS turned on
     * @param patience for one exchange
     */
    StepCaApi(Vertx vertx, URI url, HttpClientOptions tls, Duration patience) {
        this.vertx = vertx;
        this.url = url;
        this.tls = tls;
        this.patience = patience;
    }

    URI url() {
        return url;
    }

    /**
     * One request.
     *
     * @param body null: none
     * @param identity shown in the handshake; null: none
     * @param bearer token in the header; null: none
     */
    record Request(
            HttpMethod method,
            String path,
            @Nullable JsonObject body,
            @Nullable TlsMaterial identity,
            @Nullable String bearer) {
        static Request get(String path) {
            return new Request(HttpMethod.GET, path, null, null, null);
        }

        static Request post(String path, JsonObject body) {
            return new Request(HttpMethod.POST, path, body, null, null);
        }

        static Request post(String path, JsonObject body, TlsMaterial identity) {
            return new Request(HttpMethod.POST, path, body, identity, null);
        }
    }

    /** The root with this fingerprint: whoever hands it out need not be trusted. */
    Future<X509Certificate> root(Fingerprint fingerprint) {
        var options = options().setTrustAll(true).setVerifyHost(false);
        return once(options, Request.get("/root/" + fingerprint.hex())).compose(answer -> {
            try {
                var root = Pem.certificates(json(answer).getString("ca", "")).get(0);
                return Fingerprint.of(root).equals(fingerprint)
                        ? Future.succeededFuture(root)
                        : Future.failedFuture(distrusted("its root has the fingerprint " + Fingerprint.of(root), null));
            } catch (IllegalArgumentException malformed) {
                return Future.failedFuture(distrusted(malformed.getMessage(), malformed));
            }
        });
    }

    /** On a connection of its own: a resumed TLS session would keep the identity of an earlier one. */
    Future<Buffer> send(List<X509Certificate> roots, Request request) {
        var options = trusting(new FleetTrust(roots));
        if (request.identity() != null) {
            options.setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(request.identity())));
        }
        return once(options, request);
    }

    /** A client for many requests without an identity, which keeps its connections. */
    HttpClientAgent client(FleetTrust trust) {
        return vertx.createHttpClient(trusting(trust));
    }

    /** With a client of {@link #client}. */
    Future<Buffer> send(HttpClientAgent client, Request request) {
        return exchange(client, request);
    }

    private HttpClientOptions trusting(FleetTrust trust) {
        return options().setTrustOptions(trust.trustOptions());
    }

    private HttpClientOptions options() {
        return new HttpClientOptions(tls).setConnectTimeout((int) patience.toMillis());
    }

    private Future<Buffer> once(HttpClientOptions options, Request request) {
        var client = vertx.createHttpClient(options);
        return exchange(client, request).eventually(client::close);
    }

    private Future<Buffer> exchange(HttpClientAgent client, Request request) {
        var to = new RequestOptions()
                .setMethod(request.method())
                .setHost(url.getHost())
                .setPort(url.getPort() < 0 ? 443 : url.getPort())
                .setURI(base() + request.path())
                // also gives the connection back, of a client that keeps its own
                .setTimeout(patience.toMillis())
                .putHeader("Content-Type", "application/json");
        if (request.bearer() != null) {
            to.putHeader("Authorization", "Bearer " + request.bearer());
        }
        var body = request.body() == null ? Buffer.buffer() : request.body().toBuffer();
        return client.request(to)
                // within: an answer that is here before its reader is lost
                .compose(ready -> ready.send(body)
                        .compose(response -> response.body().compose(read -> judge(request.path(), response, read))))
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(told(failure)));
    }

    private String base() {
        var path = url.getPath() == null ? "" : url.getPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private Future<Buffer> judge(String path, HttpClientResponse response, Buffer read) {
        int status = response.statusCode();
        if (status == 200 || status == 201) {
            return Future.succeededFuture(read);
        }
        var said = Printable.quoted(json(read).getString("message", response.statusMessage()), LONGEST_DETAIL);
        return Future.failedFuture(new IssuanceFailed(
                status == 502 || status == 504 ? Reason.UNREACHABLE : Reason.REFUSED,
                "the CA at " + url + " refused " + path + " (HTTP " + status + "): " + said + remedy(status),
                retryAfter(response),
                null));
    }

    private static String remedy(int status) {
        return switch (status) {
            case 401, 403 -> "; check provisioner, key, both clocks, and the CA's log";
            case 404 -> "; check step-ca.url";
            default -> "";
        };
    }

    private static @Nullable Duration retryAfter(HttpClientResponse response) {
        var seconds = response.getHeader("Retry-After");
        return seconds != null && seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }

    private static JsonObject json(Buffer read) {
        try {
            return read.length() == 0 ? new JsonObject() : new JsonObject(read);
        } catch (DecodeException | ClassCastException other) {
            return new JsonObject();
        }
    }

    private IssuanceFailed told(Throwable failure) {
        if (failure instanceof IssuanceFailed known) {
            return known;
        }
        return failure instanceof SSLException || failure.getCause() instanceof java.security.GeneralSecurityException
                ? distrusted(failure.getMessage(), failure)
                : new IssuanceFailed(
                        Reason.UNREACHABLE,
                        "the CA at " + url + " cannot be reached (" + failure.getMessage()
                                + "): check step-ca.url, the network and whether the CA runs",
                        null,
                        failure);
    }

    private IssuanceFailed distrusted(@Nullable String why, @Nullable Throwable cause) {
        return new IssuanceFailed(
                Reason.UNREACHABLE,
                "the CA at " + url + " does not prove itself (" + why
                        + "): check the root it is pinned to (step-ca.fingerprint, ca-bundle or step-ca.root-file), and"
                        + " the name in step-ca.url",
                null,
                cause);
    }
}
