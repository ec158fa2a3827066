package io.lumia.agent;

import io.lumia.agent.StepFailed.Reason;
import io.lumia.config.TlsConfig;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import io.lumia.tls.TlsOptions;
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
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Asks at {@code GET /roots.pem}, which step-ca has too, and confirms at {@code POST /trust}. Who asks shares connections with all that trust the same
 * roots; who confirms has one of its own, since its certificate says who it is.
 */
final class HttpRoots implements RootSource {
    private static final int LONGEST_BUNDLE = 256 * 1024;
    private static final int OK = 200;

    private final Vertx vertx;
    private final TlsConfig tls;
    private final Duration patience;
    private final Map<List<X509Certificate>, HttpClientAgent> clients = new ConcurrentHashMap<>();

    /** @param patience for one exchange */
    HttpRoots(Vertx vertx, TlsConfig tls, Duration patience) {
        this.vertx = vertx;
        this.tls = tls;
        this.patience = patience;
    }

    @Override
    public Future<Offer> look(URI directory, FleetTrust trust) {
        var client = clients.computeIfAbsent(trust.roots(), roots -> client(options(trust)));
        return client.request(at(directory, "roots.pem", HttpMethod.GET))
                .compose(request ->
                        request.send().compose(response -> bundle(response).map(roots -> offer(roots, response))))
                .recover(failure -> Future.failedFuture(told(directory, failure)));
    }

    @Override
    public void forget(FleetTrust trust) {
        var client = clients.remove(trust.roots());
        if (client != null) {
            var unused = client.close();
        }
    }

    @Override
    public Future<Boolean> confirm(
            URI directory, FleetTrust trust, TlsMaterial material, @Nullable InetAddress address, Fingerprint bundle) {
        var options = options(trust).setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(material)));
        if (address != null) {
            options.setLocalAddress(address.getHostAddress());
        }
        var client = client(options);
        return client.request(at(directory, "trust", HttpMethod.POST))
                .compose(request -> request.send(Buffer.buffer(bundle.hex())).compose(HttpRoots::confirmed))
                .recover(failure -> Future.failedFuture(told(directory, failure)))
                .eventually(client::close);
    }

    private HttpClientAgent client(HttpClientOptions options) {
        return vertx.httpClientBuilder().with(options).build();
    }

    private HttpClientOptions options(FleetTrust trust) {
        return TlsOptions.apply(new HttpClientOptions(), tls)
                .setTrustOptions(trust.trustOptions())
                .setVerifyHost(true)
                .setConnectTimeout((int) patience.toMillis());
    }

    /** Beside the directory, where the CA has its other paths. */
    private RequestOptions at(URI directory, String path, HttpMethod method) {
        var whole = directory.toString();
        int acme = whole.indexOf("/acme/");
        var base = acme < 0 ? directory.resolve("/").toString() : whole.substring(0, acme + 1);
        return new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(base + path)
                .setTimeout(patience.toMillis());
    }

    private static Future<Buffer> bundle(HttpClientResponse response) {
        return response.body()
                .compose(body -> response.statusCode() == OK && body.length() <= LONGEST_BUNDLE
                        ? Future.succeededFuture(body)
                        : Future.failedFuture(refused(response, body)));
    }

    private static Offer offer(Buffer bundle, HttpClientResponse response) {
        try {
            var shown = response.request().connection().peerCertificates().stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            return new Offer(Pem.certificates(bundle.toString()), shown);
        } catch (SSLPeerUnverifiedException plain) {
            throw new IllegalArgumentException("the CA showed no certificate", plain);
        }
    }

    /** A CA that counts nobody's adoption, as step-ca, has no such path. */
    private static Future<Boolean> confirmed(HttpClientResponse response) {
        return response.body().compose(body -> switch (response.statusCode()) {
            case OK -> Future.succeededFuture(isCurrent(body));
            case 404, 405 -> Future.succeededFuture(true);
            default -> Future.failedFuture(refused(response, body));
        });
    }

    private static boolean isCurrent(Buffer body) {
        try {
            return !Boolean.FALSE.equals(new JsonObject(body).getBoolean("current"));
        } catch (DecodeException | ClassCastException other) {
            return true;
        }
    }

    private static StepFailed refused(HttpClientResponse response, Buffer body) {
        var after = response.getHeader("Retry-After");
        var pause = after != null && after.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(after)) : null;
        var said = body.length() > 1000 ? "" : ": " + Printable.quoted(body.toString());
        return StepFailed.later(Reason.REFUSED, "the CA answered " + response.statusCode() + said, pause);
    }

    private static StepFailed told(URI directory, Throwable failure) {
        if (failure instanceof StepFailed known) {
            return known;
        }
        if (failure instanceof IllegalArgumentException unreadable) {
            return StepFailed.retry(
                    Reason.INVALID_CERTIFICATE,
                    "the CA's bundle of roots is not used: " + unreadable.getMessage(),
                    unreadable);
        }
        if (failure instanceof SSLException) {
            return StepFailed.operator(
                    Reason.UNREACHABLE,
                    "the CA at " + directory + " is not verified by the roots that are trusted here ("
                            + failure.getMessage()
                            + "): somebody stands between, or its root was replaced while this identity was away; in that case"
                            + " fetch the new one with `lumia ca bootstrap` and put it in the place of the identity's root.pem");
        }
        return StepFailed.retry(
                Reason.UNREACHABLE, "the CA at " + directory + " cannot be reached: " + failure.getMessage(), failure);
    }
}
