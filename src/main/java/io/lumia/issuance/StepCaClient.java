package io.lumia.issuance;

import io.lumia.config.TlsConfig;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsOptions;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
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
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * step-ca's own HTTP API, with its root pinned. Every Future fails with {@link IssuanceFailed}. Safe for use by several threads; never blocks.
 */
public final class StepCaClient {
    private static final int CREATED = 201;
    private static final int OK = 200;

    private final HttpClientAgent client;
    private final String base;
    private final Duration patience;
    private final Clock clock;

    /**
     * @param url the CA's address, such as {@code https://ca.example.org:9000}
     * @param trust its root, nothing else
     * @param patience for one request
     */
    public StepCaClient(Vertx vertx, URI url, FleetTrust trust, TlsConfig tls, Duration patience, Clock clock) {
        this.base = url.toString().replaceAll("/+$", "");
        this.patience = patience;
        this.clock = clock;
        this.client = vertx.createHttpClient(TlsOptions.apply(new HttpClientOptions(), tls)
                .setTrustOptions(trust.trustOptions())
                .setVerifyHost(true)
                .setConnectTimeout((int) patience.toMillis()));
    }

    private record Answer(int status, Buffer body) {}

    /** Whether it answers and says that it is well. */
    public Future<Void> health() {
        return answer(HttpMethod.GET, "/health", null)
                .compose(healthy -> "ok".equals(healthy.getString("status"))
                        ? Future.succeededFuture()
                        : Future.failedFuture(refused("does not call itself healthy: " + said(healthy))));
    }

    /**
     * A certificate for the request's key and names.
     *
     * @param names the request has, as the provisioner vouches for them
     * @param validity null: the provisioner's default
     * @return the chain, leaf first, without the root
     */
    public Future<List<X509Certificate>> sign(
            ProvisionerKey key, String csrPem, String commonName, List<String> names, @Nullable Duration validity) {
        var body = new JsonObject()
                .put("csr", csrPem)
                .put("ott", key.token(base + "/1.0/sign", commonName, names, clock.instant()));
        if (validity != null) {
            body.put("notAfter", validity.toSeconds() + "s");
        }
        return answer(HttpMethod.POST, "/1.0/sign", body).compose(signed -> parsed(() -> chain(signed)));
    }

    /** Revokes; completes also when it was revoked before. */
    public Future<Void> revoke(ProvisionerKey key, SerialNumber serial, RevocationReason reason) {
        var decimal = serial.value().toString();
        var body = new JsonObject()
                .put("serial", decimal)
                .put("reasonCode", reason.code())
                .put("reason", reason.label())
                .put("passive", true)
                .put("ott", key.token(base + "/1.0/revoke", decimal, List.of(), clock.instant()));
        return answer(HttpMethod.POST, "/1.0/revoke", body).<Void>mapEmpty().recover(failure -> {
            boolean already = String.valueOf(failure.getMessage()).contains("already revoked");
            return already ? Future.succeededFuture() : Future.failedFuture(failure);
        });
    }

    /** The revocation list in force, DER; needs {@code crl.enabled} at the CA. */
    public Future<Buffer> crl() {
        return exchange(HttpMethod.GET, "/1.0/crl", null)
                .compose(answer -> answer.status == OK
                        ? Future.succeededFuture(answer.body)
                        : Future.failedFuture(refused(
                                "hands out no CRL (status " + answer.status + "); set crl.enabled in its ca.json")));
    }

    /** The CA's public roots. */
    public Future<List<X509Certificate>> roots() {
        return answer(HttpMethod.GET, "/roots", null)
                .compose(listed -> parsed(() -> {
                    var roots = new ArrayList<X509Certificate>();
                    for (Object root : listed.getJsonArray("crts")) {
                        roots.addAll(Pem.certificates(String.valueOf(root)));
                    }
                    return List.copyOf(roots);
                }));
    }

    /** The key of the JWK provisioner as the CA keeps it, encrypted; empty when there is none of this name or it is not kept there. */
    public Future<Optional<String>> encryptedKey(String provisioner) {
        return answer(HttpMethod.GET, "/provisioners?limit=100", null)
                .compose(listed -> parsed(() -> listed.getJsonArray("provisioners").stream()
                        .map(JsonObject.class::cast)
                        .filter(each ->
                                "JWK".equals(each.getString("type")) && provisioner.equals(each.getString("name")))
                        .map(each -> each.getString("encryptedKey", ""))
                        .filter(key -> !key.isEmpty())
                        .findFirst()));
    }

    /** Never fails of itself; gives the connections back. */
    public Future<Void> close() {
        return client.close().otherwiseEmpty();
    }

    private Future<JsonObject> answer(HttpMethod method, String path, @Nullable JsonObject body) {
        return exchange(method, path, body)
                .compose(answer -> parsed(() -> new JsonObject(answer.body))
                        .compose(json -> answer.status == OK || answer.status == CREATED
                                ? Future.succeededFuture(json)
                                : Future.failedFuture(refused(
                                        "refuses " + path + " (status " + answer.status + "): " + said(json)))));
    }

    private Future<Answer> exchange(HttpMethod method, String path, @Nullable JsonObject body) {
        var asked = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(base + path)
                .setTimeout(patience.toMillis())
                .putHeader("Content-Type", "application/json");
        return client.request(asked)
                .compose(request ->
                        (body == null ? request.send() : request.send(body.toBuffer())).compose(StepCaClient::read))
                .recover(failure -> Future.failedFuture(new IssuanceFailed(
                        Reason.UNREACHABLE,
                        "step-ca at " + base + " does not answer (" + failure.getMessage()
                                + "): start it, or check its address and root",
                        null,
                        failure)));
    }

    private static Future<Answer> read(HttpClientResponse response) {
        return response.body().map(body -> new Answer(response.statusCode(), body));
    }

    /** Between {@code crt} and {@code ca} there may be more intermediates: {@code certChain} has them all. */
    private static List<X509Certificate> chain(JsonObject signed) {
        var chain = new ArrayList<X509Certificate>();
        for (Object certificate : signed.getJsonArray("certChain")) {
            chain.addAll(Pem.certificates(String.valueOf(certificate)));
        }
        chain.removeIf(StepCaClient::isRoot);
        return List.copyOf(chain);
    }

    private static boolean isRoot(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0
                && certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private interface Reading<T> {
        T read();
    }

    private <T> Future<T> parsed(Reading<T> reading) {
        try {
            return Future.succeededFuture(reading.read());
        } catch (DecodeException | IllegalArgumentException | ClassCastException | NullPointerException foreign) {
            return Future.failedFuture(new IssuanceFailed(
                    Reason.INVALID_CERTIFICATE,
                    base + " does not answer as step-ca does: "
                            + Printable.quoted(String.valueOf(foreign.getMessage())),
                    null,
                    foreign));
        }
    }

    private IssuanceFailed refused(String what) {
        return new IssuanceFailed(Reason.REFUSED, "step-ca at " + base + " " + what, null, null);
    }

    private static String said(JsonObject json) {
        return Printable.quoted(json.getString("message", json.encode()));
    }
}
