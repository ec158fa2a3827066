package io.lumia.fakes;

import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A provisioning service over plain HTTP that keeps every request as it came. */
public final class RecordingProvisioner {
    public final List<String> requests = new CopyOnWriteArrayList<>();
    public final List<String> addresses = new CopyOnWriteArrayList<>();
    public volatile int refuseWith;
    public volatile String retryAfter = "";
    public volatile int mqttPort = 1;

    private final FleetCa ca;
    private final String domain;
    private final HttpServer server;

    public RecordingProvisioner(Vertx vertx, FleetCa ca, String domain) {
        this.ca = ca;
        this.domain = domain;
        this.server = vertx.createHttpServer().requestHandler(this::handle);
    }

    public Future<Integer> listen() {
        return server.listen(0, "127.0.0.1").map(HttpServer::actualPort);
    }

    private void handle(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            requests.add(request.method() + " " + request.uri() + "\n" + request.headers() + "\n" + body);
            addresses.add(request.remoteAddress().host());
            if (refuseWith != 0) {
                if (!retryAfter.isEmpty()) {
                    request.response().putHeader("Retry-After", retryAfter);
                }
                request.response()
                        .setStatusCode(refuseWith)
                        .end(new JsonObject()
                                .put("detail", "refused by the test")
                                .toBuffer());
                return;
            }
            request.response()
                    .setStatusCode(201)
                    .end(answer(new JsonObject(body)).toBuffer());
        });
    }

    private JsonObject answer(JsonObject asked) {
        try {
            var csr = CertificateRequest.parse(asked.getString("csr"));
            var name = asked.getString("device");
            var certificate = ca.certify(csr.publicKey(), name, List.of(name + "." + domain), Duration.ofHours(1));
            return new JsonObject()
                    .put("certificate", Pem.of(certificate))
                    .put("chain", "")
                    .put("root", Pem.of(ca.root()))
                    .put("acmeDirectory", "https://localhost:9/acme/acme/directory")
                    .put("mqtt", new JsonObject().put("host", "localhost").put("port", mqttPort));
        } catch (Exception unfit) {
            throw new IllegalStateException(unfit);
        }
    }
}
