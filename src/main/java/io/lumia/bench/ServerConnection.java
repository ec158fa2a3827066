package io.lumia.bench;

import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One worker's HTTPS connection to a subject: kept alive, or a new one for each request. Calls wait for the answer. */
final class ServerConnection implements AutoCloseable {
    private static final int LONGEST_SECONDS = 30;

    private final HttpClientAgent client;
    private final SocketAddress server;

    /**
     * @param keepAlive false: a new TLS connection with a full handshake for each request
     * @param holder who it is by mTLS; null: nobody
     */
    ServerConnection(Vertx vertx, Subject subject, boolean keepAlive, @Nullable Holder holder) {
        var options = new HttpClientOptions()
                .setSsl(true)
                .setTcpNoDelay(true)
                .setKeepAlive(keepAlive)
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(subject.rootPem())));
        options.setSslEngineOptions(OpenSsl.isAvailable() ? new OpenSSLEngineOptions() : new JdkSSLEngineOptions());
        if (holder != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(holder.chainPem()))
                    .addKeyValue(Buffer.buffer(holder.keyPem())));
        }
        client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(1));
        server = SocketAddress.inetSocketAddress(subject.port(), "127.0.0.1");
    }

    /** Who connects by mTLS. */
    record Holder(String chainPem, String keyPem) {}

    /** An answer that is no refusal. */
    record Reply(int status, Map<String, String> headers, Buffer body) {
        JsonObject json() {
            return new JsonObject(body);
        }

        @Nullable
        String header(String name) {
            return headers.get(name);
        }
    }

    Reply get(String url) throws Refused {
        return send(HttpMethod.GET, url, "", Buffer.buffer());
    }

    Reply head(String url) throws Refused {
        return send(HttpMethod.HEAD, url, "", Buffer.buffer());
    }

    Reply post(String url, String contentType, Buffer body) throws Refused {
        return send(HttpMethod.POST, url, contentType, body);
    }

    private Reply send(HttpMethod method, String url, String contentType, Buffer body) throws Refused {
        var options = new RequestOptions().setMethod(method).setAbsoluteURI(url).setServer(server);
        if (!contentType.isEmpty()) {
            options.putHeader("Content-Type", contentType);
        }
        Reply reply;
        try {
            reply = answer(client, options, body);
        } catch (TimeoutException late) {
            throw new Refused(method + " " + url + ": no answer within " + LONGEST_SECONDS + " s");
        } catch (RuntimeException broken) {
            throw new Refused(method + " " + url + ": " + broken);
        }
        if (reply.status() >= 300) {
            throw new Refused(method + " " + url + ": " + reply.status() + " " + reply.body());
        }
        return reply;
    }

    /** All of it is set up on the event loop: attached from the worker, a fast answer's body would be gone before anybody listens. */
    private static Reply answer(HttpClient client, RequestOptions options, Buffer body) throws TimeoutException {
        return client.request(options)
                .compose(request ->
                        request.send(body).compose(response -> response.body().map(read -> reply(response, read))))
                .await(LONGEST_SECONDS, TimeUnit.SECONDS);
    }

    private static Reply reply(HttpClientResponse response, Buffer body) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        response.headers().forEach(headers::put);
        return new Reply(response.statusCode(), headers, body);
    }

    @Override
    public void close() {
        client.close().await();
    }
}
