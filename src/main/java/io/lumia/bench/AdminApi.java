package io.lumia.bench;

import io.lumia.bench.mqtt.Credential;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the measurement asks of Lumia's admin API, over connections that are kept. */
final class AdminApi {
    private static final int CONNECTIONS = 16;
    private static final int AT_ONCE = 512;
    private static final long PATIENCE_S = 60;
    /** The server ends idle connections after 45 s: none shall be picked while it does. */
    private static final int IDLE_S = 20;

    private final HttpClientAgent http;
    private final int port;
    private final String token;

    AdminApi(Vertx vertx, int port, String token) {
        this.http = vertx.createHttpClient(
                new HttpClientOptions()
                        .setKeepAlive(true)
                        .setKeepAliveTimeout(IDLE_S)
                        .setPipelining(false),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(-1));
        this.port = port;
        this.token = token;
    }

    /** @param anchor PEM of the root */
    record Issued(Credential credential, String chainPem, String anchor) {}

    /** A certificate with a new key for each name. */
    List<Credential> devices(List<String> names) throws BenchFailed {
        var all = new ArrayList<Credential>();
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            var some = names.subList(from, Math.min(names.size(), from + AT_ONCE)).stream()
                    .map(name -> issue(name, "device", List.of()))
                    .toList();
            for (Future<Issued> each : some) {
                all.add(awaited(each).credential());
            }
        }
        return all;
    }

    /** A server's certificate for localhost. */
    Issued server(String name) throws BenchFailed {
        return awaited(issue(name, "server", List.of("localhost", "127.0.0.1")));
    }

    /** Somebody who is no device. */
    Credential administrator(String name) throws BenchFailed {
        return awaited(issue(name, "admin", List.of())).credential();
    }

    /** @return completes with the answer, which comes once the revocation is on disk */
    Future<Void> revoke(SerialNumber serial) {
        return post("/certificates/" + serial + "/revoke", new JsonObject().put("reason", "superseded"))
                .mapEmpty();
    }

    /** The broker obtains a new certificate and serves it. */
    void renewBroker() throws BenchFailed {
        var unused = awaited(post("/listeners/broker/renew", new JsonObject()));
    }

    private Future<Issued> issue(String name, String profile, List<String> names) {
        var pair = KeyPairs.p256();
        var csr = CertificateRequest.create(pair, name, names);
        var wanted = new JsonObject().put("csr", csr).put("profile", profile);
        if (!names.isEmpty()) {
            wanted.put("sans", new JsonArray(names));
        }
        return post("/certificates", wanted).map(answer -> {
            var chainPem = answer.getString("certificate") + answer.getString("chain", "");
            List<X509Certificate> chain = Pem.certificates(chainPem);
            return new Issued(new Credential(name, pair.getPrivate(), chain), chainPem, answer.getString("root"));
        });
    }

    private Future<JsonObject> post(String path, JsonObject body) {
        var request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI("/api/v1" + path)
                .putHeader("Authorization", "Bearer " + token)
                .putHeader("Content-Type", "application/json");
        // within, on the request's own context: an answer that is here before its reader is lost
        return http.request(request)
                .compose(asked -> asked.send(body.toBuffer())
                        .compose(response ->
                                response.body().compose(answer -> understood(response.statusCode(), path, answer))));
    }

    private static Future<JsonObject> understood(int status, String path, Buffer answer) {
        return status / 100 == 2
                ? Future.succeededFuture(new JsonObject(answer))
                : Future.failedFuture(new BenchFailed(path + ": " + status + " " + answer));
    }

    private static <T> T awaited(Future<T> answer) throws BenchFailed {
        try {
            return answer.await(PATIENCE_S, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new BenchFailed("the admin API does not do what it is asked: " + failed.getMessage());
        }
    }
}
