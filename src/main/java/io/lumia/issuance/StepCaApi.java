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

/** Exchanges with step-ca's own API. A client for each: a resumed TLS session would keep the identity of an earlier one. */
final class StepCaApi {
    private static final int LONGEST_DETAIL = 400;

    private final Vertx vertx;
    private final URI url;
    private final Duration patience;

    StepCaApi(Vertx vertx, URI url, Duration patience) {
        this.vertx = vertx;
        this.url = url;
        this.patience = patience;
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
        return exchange(options, Request.get("/root/" + fingerprint.hex())).compose(answer -> {
            try {
                var root = Pem.certificates(answer.getString("ca", "")).get(0);
                return Fingerprint.of(root).equals(fingerprint)
                        ? Future.succeededFuture(root)
                        : Future.failedFuture(distrusted("its root has the fingerprint " + Fingerprint.of(root), null));
            } catch (IllegalArgumentException malformed) {
                return Future.failedFuture(distrusted(malformed.getMessage(), malformed));
            }
        });
    }

    /** The answer's JSON; fails with {@link IssuanceFailed} for every status but 200 and 201. */
    Future<JsonObject> send(List<X509Certificate> roots, Request request) {
        var options = options().setTrustOptions(new FleetTrust(roots).trustOptions());
        if (request.identity() != null) {
            options.setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(request.identity())));
        }
        return exchange(options, request);
    }

    private HttpClientOptions options() {
        return new HttpClientOptions().setSsl(true).setConnectTimeout((int) patience.toMillis());
    }

    private Future<JsonObject> exchange(HttpClientOptions options, Request request) {
        var client = vertx.createHttpClient(options);
        var to = new RequestOptions()
                .setMethod(request.method())
                .setHost(url.getHost())
                .setPort(url.getPort() < 0 ? 443 : url.getPort())
                .setURI(base() + request.path())
                .putHeader("Content-Type", "application/json");
        if (request.bearer() != null) {
            to.putHeader("Authorization", "Bearer " + request.bearer());
        }
        var body = request.body() == null ? Buffer.buffer() : request.body().toBuffer();
        return client.request(to)
                .compose(ready -> ready.send(body))
                .compose(response -> response.body().compose(read -> judge(request.path(), response, read)))
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(told(failure)))
                .eventually(client::close);
    }

    private String base() {
        var path = url.getPath() == null ? "" : url.getPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static Future<JsonObject> judge(String path, HttpClientResponse response, Buffer read) {
        int status = response.statusCode();
        var answer = json(read);
        if (status == 200 || status == 201) {
            return Future.succeededFuture(answer);
        }
        var said = Printable.quoted(answer.getString("message", response.statusMessage()), LONGEST_DETAIL);
        return Future.failedFuture(new IssuanceFailed(
                status == 502 || status == 504 ? Reason.UNREACHABLE : Reason.REFUSED,
                "the CA refused " + path + " (HTTP " + status + "): " + said + remedy(status),
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
                        + "): check step-ca.fingerprint or ca-bundle, and the name in the url",
                null,
                cause);
    }
}
