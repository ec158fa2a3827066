package io.lumia.bench;

import io.lumia.x509.Pem;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.security.PrivateKey;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One client of a CA with one connection; its thread waits for each answer. */
final class CaClient implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final Context context;
    private final HttpClient http;

    /**
     * What came back.
     *
     * @param body as text
     */
    record Reply(int status, io.vertx.core.MultiMap headers, String body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }

        /** The same when its status says that all went well. @throws BenchFailed else */
        Reply expect(String what) {
            if (status / 100 != 2) {
                throw new BenchFailed(what + " was answered " + status + ": " + body);
            }
            return this;
        }
    }

    /**
     * A client's certificate and its key.
     *
     * @param chain PEM
     */
    record Identity(String chain, PrivateKey key) {}

    private CaClient(Context context, HttpClient http) {
        this.context = context;
        this.http = http;
    }

    /**
     * @param identity shown to the server; null: none
     * @param keepAlive false: each request has a connection of its own, with a whole handshake
     */
    static CaClient open(Vertx vertx, String root, @Nullable Identity identity, boolean keepAlive) {
        var options = new HttpClientOptions()
                .setSsl(true)
                .setUseAlpn(false)
                .setKeepAlive(keepAlive)
                .setSslEngineOptions(new OpenSSLEngineOptions())
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(root)));
        if (identity != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(identity.chain))
                    .addKeyValue(Buffer.buffer(Pem.of(identity.key))));
        }
        return new CaClient(
                vertx.getOrCreateContext(), vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(1)));
    }

    Reply get(URI address) {
        return exchange(HttpMethod.GET, address, "", "");
    }

    Reply post(URI address, String contentType, String body) {
        return exchange(HttpMethod.POST, address, contentType, body);
    }

    private Reply exchange(HttpMethod method, URI address, String contentType, String body) {
        var options = new RequestOptions()
                .setMethod(method)
                .setHost(address.getHost())
                .setPort(address.getPort())
                .setSsl(true)
                .setURI(address.getRawPath());
        if (!contentType.isEmpty()) {
            options.putHeader("Content-Type", contentType);
        }
        var reply = Promise.<Reply>promise();
        // on its event loop: from another thread the body could be asked for after it has passed
        context.runOnContext(turn -> http.request(options)
                .compose(request -> request.send(body))
                .compose(response -> response.body()
                        .map(read -> new Reply(response.statusCode(), response.headers(), read.toString())))
                .onComplete(reply));
        try {
            return reply.future().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException silent) {
            throw new BenchFailed(address + " did not answer within " + PATIENCE_SECONDS + " s", silent);
        }
    }

    @Override
    public void close() {
        http.close().await();
    }
}
