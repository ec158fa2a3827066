package io.lumia.upstream;

import static io.lumia.bus.FleetBus.ISSUE_CERTIFICATE;

import io.lumia.bus.Origin;
import io.lumia.bus.RemoteCalls;
import io.lumia.config.CannotStart;
import io.lumia.config.TlsConfig;
import io.lumia.config.UpstreamConfig;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsOptions;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.io.Serial;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Hands every question to the authority on to the admin API of the process that runs it. */
public final class UpstreamVerticle extends VerticleBase {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final UpstreamConfig config;
    private final TlsConfig tls;
    private final Nodes nodes;
    private @Nullable NewsFollower news;

    /** @throws NullPointerException when the configuration names no upstream */
    public UpstreamVerticle(UpstreamConfig config, TlsConfig tls) {
        this.config = config;
        this.tls = tls;
        this.nodes =
                new Nodes(Objects.requireNonNull(config.url(), "upstream.url").all());
    }

    private record Access(String token, @Nullable FleetTrust trust) {}

    @Override
    public Future<?> start() {
        WorkerExecutor files = vertx.createSharedWorkerExecutor("upstream-files", 1);
        return files.executeBlocking(this::access, false).compose(access -> {
            var client = client(access);
            return RemoteCalls.forward(vertx, (address, question) -> ask(client, access, address, question))
                    .onSuccess(forwarding -> followNews());
        });
    }

    @Override
    public Future<?> stop() {
        if (news != null) {
            news.stop();
        }
        return Future.succeededFuture();
    }

    private void followNews() {
        var follower = new NewsFollower(vertx);
        news = follower;
        follower.follow();
    }

    private Access access() {
        try {
            var token = config.token() != null
                    ? config.token()
                    : Files.readString(Objects.requireNonNull(config.tokenFile()))
                            .strip();
            var ca = config.caFile();
            return new Access(token, ca == null ? null : new FleetTrust(Pem.certificates(Files.readString(ca))));
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new CannotStart(
                    "upstream: cannot read token-file or ca-file (" + unreadable.getMessage()
                            + "); copy them from the process that runs the authority",
                    unreadable);
        }
    }

    private HttpClient client(Access access) {
        var options = new HttpClientOptions();
        if (config.url() != null && config.url().all().stream().anyMatch(node -> "https".equals(node.getScheme()))) {
            TlsOptions.apply(options, tls).setVerifyHost(true);
            if (access.trust != null) {
                options.setTrustOptions(access.trust.trustOptions());
            }
        }
        return vertx.createHttpClient(options);
    }

    private Future<Buffer> ask(HttpClient client, Access access, String address, Buffer question) {
        return ask(client, access, address, question, nodes.size());
    }

    /** Asks the next node where this one fails; but for a certificate only where it certainly heard nothing, since two would be issued. */
    private Future<Buffer> ask(HttpClient client, Access access, String address, Buffer question, int tries) {
        var node = nodes.current();
        return client.request(request(node, access, address))
                .recover(unheard -> Future.failedFuture(new Unheard(unheard)))
                .compose(sent -> sent.send(question).compose(UpstreamVerticle::answer))
                .recover(failed -> {
                    nodes.failed(node, failed);
                    boolean harmless = failed instanceof Unheard || !address.equals(ISSUE_CERTIFICATE.address());
                    return harmless && tries > 1
                            ? ask(client, access, address, question, tries - 1)
                            : Future.failedFuture(new IllegalStateException(
                                    "the authority at " + node + " does not answer: " + failed.getMessage(), failed));
                });
    }

    private static RequestOptions request(URI node, Access access, String address) {
        var request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(node.resolve("/api/v1/calls/" + address).toString())
                .putHeader("authorization", "Bearer " + access.token)
                .putHeader("content-type", "application/json")
                .setTimeout(PATIENCE.toMillis());
        Origin.current().ifPresent(origin -> {
            request.putHeader("x-request-id", origin.correlation());
            if (origin.address() != null) {
                request.putHeader("x-origin-address", origin.address());
            }
        });
        return request;
    }

    private static Future<Buffer> answer(HttpClientResponse response) {
        return response.statusCode() == 200 ? response.body() : Future.failedFuture("status " + response.statusCode());
    }

    /** The question came to nobody. */
    private static final class Unheard extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        Unheard(Throwable why) {
            super(why.getMessage(), why);
        }
    }
}
