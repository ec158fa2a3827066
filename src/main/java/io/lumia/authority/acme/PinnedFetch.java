package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Plain HTTP GET from one address and port and from nowhere else, bounded in time, size and redirects. */
final class PinnedFetch {
    static final int MOST_REDIRECTS = 5;
    static final int LONGEST_BODY = 64 * 1024;

    private static final int CONNECTIONS_PER_ADDRESS = 50;

    private final Vertx vertx;
    private final HttpClient client;
    private final int port;
    private final Duration timeout;

    /** @param timeout of one fetch, redirects included */
    PinnedFetch(Vertx vertx, int port, Duration timeout) {
        this.vertx = vertx;
        this.port = port;
        this.timeout = timeout;
        client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAlive(false).setConnectTimeout((int) timeout.toMillis()),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS_PER_ADDRESS));
    }

    /** The body of a 200 answer. Fails with {@link AcmeRefusal} of type connection or incorrectResponse. */
    Future<String> get(InetAddress address, String name, String path) {
        return new Fetch(address, name).run(path);
    }

    Future<Void> close() {
        return client.close();
    }

    /** One fetch: knows what is in flight, so that time running out ends it for good. */
    private final class Fetch {
        private final InetAddress address;
        private final String name;
        private final Promise<String> result = Promise.promise();
        private final AtomicReference<@Nullable HttpClientRequest> inFlight = new AtomicReference<>();

        Fetch(InetAddress address, String name) {
            this.address = address;
            this.name = name;
        }

        Future<String> run(String path) {
            long timer = vertx.setTimer(
                    timeout.toMillis(),
                    fired -> fail(Kind.CONNECTION, "did not answer in full within " + timeout.toMillis() + " ms"));
            follow(path, 0);
            return result.future().onComplete(done -> vertx.cancelTimer(timer));
        }

        private void follow(String path, int redirects) {
            var options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                    .setHost(name)
                    .setPort(port)
                    .setURI(path)
                    .putHeader("User-Agent", "lumia-acme")
                    .putHeader("Accept", "*/*");
            client.request(options)
                    .compose(request -> {
                        inFlight.set(request);
                        return result.future().isComplete() ? tooLate(request) : request.send();
                    })
                    .onSuccess(response -> read(response, path, redirects))
                    .onFailure(broken -> fail(Kind.CONNECTION, "cannot be asked: " + reason(broken)));
        }

        private Future<HttpClientResponse> tooLate(HttpClientRequest request) {
            return request.reset().compose(ended -> Future.failedFuture("time is up"));
        }

        private void read(HttpClientResponse response, String path, int redirects) {
            switch (response.statusCode()) {
                case 200 -> collect(response);
                case 301, 302, 303, 307, 308 -> redirect(response, path, redirects);
                default -> fail(Kind.UNAUTHORIZED, "answered with HTTP status " + response.statusCode());
            }
        }

        private void collect(HttpClientResponse response) {
            var body = Buffer.buffer();
            response.handler(part -> {
                body.appendBuffer(part);
                if (body.length() > LONGEST_BODY) {
                    fail(Kind.UNAUTHORIZED, "answered with more than " + LONGEST_BODY + " bytes");
                }
            });
            response.exceptionHandler(broken -> fail(Kind.CONNECTION, "broke off its answer: " + reason(broken)));
            response.endHandler(end -> result.tryComplete(body.toString(StandardCharsets.UTF_8)));
        }

        private void redirect(HttpClientResponse response, String path, int redirects) {
            var location = String.valueOf(response.getHeader("Location"));
            if (redirects >= MOST_REDIRECTS) {
                fail(Kind.CONNECTION, "redirected more than " + MOST_REDIRECTS + " times");
                return;
            }
            try {
                var target =
                        URI.create("http://" + name + ":" + port).resolve(path).resolve(location);
                if (isElsewhere(target)) {
                    fail(
                            Kind.UNAUTHORIZED,
                            "redirected to " + Printable.quoted(location)
                                    + "; only redirects to the same host and port are followed");
                    return;
                }
                abandon();
                var query = target.getRawQuery();
                follow(target.getRawPath() + (query == null ? "" : "?" + query), redirects + 1);
            } catch (IllegalArgumentException noUri) {
                fail(Kind.UNAUTHORIZED, "redirected to " + Printable.quoted(location) + ", which is no address");
            }
        }

        private boolean isElsewhere(URI target) {
            int targetPort = target.getPort() < 0 ? 80 : target.getPort();
            return !"http".equalsIgnoreCase(target.getScheme())
                    || target.getHost() == null
                    || !target.getHost().toLowerCase(Locale.ROOT).equals(name)
                    || target.getRawUserInfo() != null
                    || targetPort != port;
        }

        private void fail(Kind kind, String what) {
            if (result.tryFail(new AcmeRefusal(
                    kind, Printable.quoted(name) + " at " + address.getHostAddress() + " port " + port + " " + what))) {
                abandon();
            }
        }

        private void abandon() {
            var request = inFlight.getAndSet(null);
            if (request != null) {
                // whether the peer still takes notice does not matter any more
                var unused = request.reset();
            }
        }
    }

    private static String reason(Throwable failure) {
        var message = failure.getMessage();
        return Printable.quoted(message == null ? failure.getClass().getSimpleName() : message);
    }
}
