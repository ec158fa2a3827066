package io.lumia.emqx;

import io.lumia.config.CannotStart;
import io.lumia.config.EmqxConfig;
import io.lumia.config.TlsConfig;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsOptions;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What Lumia asks of EMQX's REST API, version 5. Futures fail with {@link EmqxFailed}. */
public final class EmqxApi {
    /** What Lumia enters in bans, by which it knows its own. */
    private static final String AUTHOR = "lumia";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PAGE = 1000;

    private final HttpClient http;
    private final URI base;
    private final String authorization;
    private final String listener;

    /**
     * @param base address of the API, without /api/v5
     * @param key and {@code secret} of an API key of EMQX, which are user and password of basic authentication there
     * @param listener {@code ssl:NAME}, which Lumia gives its certificate
     */
    public EmqxApi(HttpClient http, URI base, String key, String secret, String listener) {
        this.http = http;
        this.listener = listener;
        this.base = base;
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString((key + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    private record Answer(int status, Buffer body) {
        JsonObject json() {
            return new JsonObject(body);
        }

        boolean isCode(String code) {
            try {
                return code.equals(json().getString("code"));
            } catch (DecodeException noJson) {
                return false;
            }
        }
    }

    /** Blocks; call from a worker. @throws CannotStart when a file cannot be read */
    public static EmqxApi open(Vertx vertx, EmqxConfig config, TlsConfig tls) {
        var url = config.url();
        if (url == null) {
            throw new CannotStart("emqx.url: it is not set; give the address of EMQX's REST API, https://HOST:18084");
        }
        try {
            var secret = config.apiSecret() != null
                    ? config.apiSecret()
                    : Files.readString(Objects.requireNonNull(config.apiSecretFile()))
                            .strip();
            var options = new HttpClientOptions();
            if ("https".equals(url.getScheme())) {
                TlsOptions.apply(options, tls).setVerifyHost(true);
                if (config.caFile() != null) {
                    var roots = Pem.certificates(Files.readString(config.caFile()));
                    options.setTrustOptions(new FleetTrust(roots).trustOptions());
                }
            }
            var key = Objects.requireNonNull(config.apiKey());
            return new EmqxApi(vertx.createHttpClient(options), url, key, secret, config.listener());
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new CannotStart(
                    "emqx: cannot read api-secret-file or ca-file (" + unreadable.getMessage()
                            + "); the first holds the secret of an EMQX API key, the second PEM certificates",
                    unreadable);
        }
    }

    /** {@code ssl:NAME}. */
    public String listener() {
        return listener;
    }

    /**
     * Gives the listener a certificate; what else is set there stays. EMQX keeps PEM texts as files of its own.
     *
     * @param roots by which it verifies clients
     */
    public Future<Void> serve(String chain, String key, String roots) {
        var options = new JsonObject()
                .put("certfile", chain)
                .put("keyfile", key)
                .put("cacertfile", roots)
                .put("verify", "verify_peer")
                .put("fail_if_no_peer_cert", true)
                .put("enable_crl_check", true);
        var body = new JsonObject().put("type", "ssl").put("id", listener).put("ssl_options", options);
        return ask(HttpMethod.PUT, "/listeners/" + encoded(listener), body.toBuffer(), 200)
                .mapEmpty();
    }

    /** Client ids that are connected, or have a session, under this user name. */
    public Future<List<String>> clients(String user) {
        return ask(HttpMethod.GET, "/clients?username=" + encoded(user) + "&limit=" + PAGE, null, 200)
                .map(answer -> texts(answer, "clientid"));
    }

    /** Ends these clients' connections and sessions. */
    public Future<Void> kick(List<String> clients) {
        return clients.isEmpty()
                ? Future.succeededFuture()
                : ask(HttpMethod.POST, "/clients/kickout/bulk", new JsonArray(clients).toBuffer(), 204)
                        .mapEmpty();
    }

    /**
     * Lets nobody in under this user name.
     *
     * @param until when it ends by itself; null: never
     */
    public Future<Void> ban(String user, String reason, @Nullable Instant until) {
        var body = new JsonObject()
                .put("as", "username")
                .put("who", user)
                .put("by", AUTHOR)
                .put("reason", reason);
        if (until != null) {
            body.put("until", until.toString());
        }
        return send(HttpMethod.POST, "/banned", body.toBuffer())
                .compose(answer -> answer.status == 400 && answer.isCode("ALREADY_EXISTS")
                        ? Future.succeededFuture()
                        : expect(answer, 200, "POST /banned").mapEmpty());
    }

    /** Lifts a ban; one that is not there needs no lifting. */
    public Future<Void> unban(String user) {
        var path = "/banned/username/" + encoded(user);
        return send(HttpMethod.DELETE, path, null)
                .compose(answer -> answer.status == 404
                        ? Future.succeededFuture()
                        : expect(answer, 204, "DELETE " + path).mapEmpty());
    }

    /** User names that Lumia banned. */
    public Future<Set<String>> banned() {
        return ask(HttpMethod.GET, "/banned?limit=" + PAGE, null, 200).map(answer -> {
            var names = new HashSet<String>();
            var entries = answer.json().getJsonArray("data", new JsonArray());
            for (int i = 0; i < entries.size(); i++) {
                var entry = entries.getJsonObject(i);
                if (AUTHOR.equals(entry.getString("by")) && "username".equals(entry.getString("as"))) {
                    names.add(entry.getString("who"));
                }
            }
            return names;
        });
    }

    private static List<String> texts(Answer answer, String member) {
        return answer.json().getJsonArray("data", new JsonArray()).stream()
                .map(JsonObject.class::cast)
                .map(entry -> entry.getString(member))
                .toList();
    }

    private Future<Answer> ask(HttpMethod method, String path, @Nullable Buffer body, int expected) {
        return send(method, path, body).compose(answer -> expect(answer, expected, method + " " + path));
    }

    private Future<Answer> send(HttpMethod method, String path, @Nullable Buffer body) {
        var request = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(base.resolve("/api/v5" + path).toString())
                .putHeader("authorization", authorization)
                .putHeader("accept", "application/json")
                .setTimeout(PATIENCE.toMillis());
        if (body != null) {
            request.putHeader("content-type", "application/json");
        }
        return http.request(request)
                .compose(sent -> (body == null ? sent.send() : sent.send(body))
                        .compose(response -> response.body().map(text -> new Answer(response.statusCode(), text))))
                .recover(failed -> Future.failedFuture(new EmqxFailed(
                        "EMQX does not answer at " + base + " (emqx.url): " + failed.getMessage()
                                + "; see whether it runs and its dashboard listener is on",
                        failed)));
    }

    private Future<Answer> expect(Answer answer, int expected, String request) {
        if (answer.status == expected) {
            return Future.succeededFuture(answer);
        }
        var remedy = switch (answer.status) {
            case 401, 403 -> "; give emqx.api-key and its secret a key that EMQX knows and whose role allows it";
            case 404 -> "; see whether emqx.listener exists there";
            default -> "";
        };
        return Future.failedFuture(new EmqxFailed("EMQX answered " + answer.status + " to " + request + ": "
                + answer.body.toString().lines().findFirst().orElse("nothing") + remedy));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%3A", ":");
    }
}
