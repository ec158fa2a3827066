package io.lumia.expiry;

import io.lumia.config.HooksConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Posts each change as JSON. Anything but a status of 2xx is a failure; redirects are not followed, since they would take the token along. */
final class Webhook {
    private final Vertx vertx;
    private final URI address;
    private final @Nullable Path tokenFile;
    private final long timeoutMillis;
    private final HttpClient http;

    Webhook(Vertx vertx, URI address, HooksConfig config) {
        this.vertx = vertx;
        this.address = address;
        this.tokenFile = config.webhookTokenFile();
        this.timeoutMillis = config.timeout().toMillis();
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout((int) timeoutMillis).setKeepAlive(false));
    }

    Future<Void> tell(LevelChange change) {
        return token().compose(token -> http.request(options(token)).compose(request -> request.send(body(change))))
                .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .compose(this::judge);
    }

    private Future<Void> judge(HttpClientResponse response) {
        int status = response.statusCode();
        return status >= 200 && status < 300
                ? Future.succeededFuture()
                : Future.failedFuture(new IOException(address + " answers with status " + status));
    }

    private RequestOptions options(String token) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(address.toString())
                .setTimeout(timeoutMillis)
                .putHeader("Content-Type", "application/json")
                .putHeader("User-Agent", "lumia");
        return token.isEmpty() ? options : options.putHeader("Authorization", "Bearer " + token);
    }

    /** Read each time: it may be replaced. */
    private Future<String> token() {
        var file = tokenFile;
        return file == null
                ? Future.succeededFuture("")
                : vertx.executeBlocking(() -> Files.readString(file).strip(), false);
    }

    private static Buffer body(LevelChange change) {
        return new JsonObject()
                .put("at", change.at().toString())
                .put("identity", change.identity())
                .put("level", change.level())
                .put("previousLevel", change.previous())
                .put(
                        "notAfter",
                        change.notAfter() == null ? null : change.notAfter().toString())
                .put("detail", change.detail())
                .toBuffer();
    }
}
