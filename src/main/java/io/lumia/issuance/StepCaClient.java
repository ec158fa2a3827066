package io.lumia.issuance;

import io.lumia.config.TlsConfig;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.issuance.StepCaApi.Request;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.tls.TlsOptions;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * step-ca's own HTTP API, with its roots pinned. Every Future fails with {@link IssuanceFailed}. Safe for use by several threads; never blocks.
 */
public final class StepCaClient {
    private static final String PROVISIONERS = "/provisioners?limit=100";

    private final Function<Request, Future<Buffer>> exchange;
    private final URI url;

    /** Connects anew for each request, with the roots that are trusted by then. */
    StepCaClient(StepCaApi api, Supplier<Future<List<X509Certificate>>> roots) {
        this.url = api.url();
        this.exchange = request -> roots.get().compose(trusted -> api.send(trusted, request));
    }

    private StepCaClient(StepCaApi api, FleetTrust trust) {
        var client = api.client(trust);
        this.url = api.url();
        this.exchange = request -> api.send(client, request);
    }

    /**
     * For many requests by token: keeps its connections, until the process stops.
     *
     * @param url the CA's address, such as {@code https://ca.example.org:9000}
     * @param trust its root, nothing else
     * @param patience for one request
     */
    public static StepCaClient connected(Vertx vertx, URI url, FleetTrust trust, TlsConfig tls, Duration patience) {
        return new StepCaClient(
                new StepCaApi(vertx, url, TlsOptions.apply(new HttpClientOptions(), tls), patience), trust);
    }

    /** Whether it answers and says that it is well. */
    public Future<Void> health() {
        return answer(Request.get("/health")).compose(answer -> {
            var status = answer.getString("status", "nothing");
            return "ok".equals(status)
                    ? Future.succeededFuture()
                    : Future.failedFuture(new IssuanceFailed(
                            Reason.UNREACHABLE, "the CA at " + url + " says " + Printable.quoted(status), null, null));
        });
    }

    /**
     * A certificate for the request's key and names.
     *
     * @param token of a provisioner that vouches for them ({@link StepCaTokens})
     * @param lifetime null: the provisioner's default
     * @return the chain, leaf first, without the root
     */
    public Future<List<X509Certificate>> sign(String token, String csrPem, @Nullable Duration lifetime) {
        var body = new JsonObject().put("csr", csrPem).put("ott", token);
        if (lifetime != null) {
            body.put("notAfter", lifetime.toSeconds() + "s");
        }
        return chain(Request.post("/1.0/sign", body));
    }

    /** The next certificate for the same key, asked for with the one in use (mTLS). */
    Future<List<X509Certificate>> renew(TlsMaterial current) {
        return chain(new Request(HttpMethod.POST, "/1.0/renew", null, current, null));
    }

    /** The same by a token that the certificate's key signed. */
    Future<List<X509Certificate>> renew(String token) {
        return chain(new Request(HttpMethod.POST, "/1.0/renew", null, null, token));
    }

    /** The next certificate for the request's key, asked for with the one in use (mTLS). */
    Future<List<X509Certificate>> rekey(TlsMaterial current, String csrPem) {
        return chain(Request.post("/1.0/rekey", new JsonObject().put("csr", csrPem), current));
    }

    /** Revokes; completes also when it was revoked before. */
    public Future<Void> revoke(String token, SerialNumber serial, RevocationReason reason) {
        var body = revocation(serial, reason).put("ott", token);
        return answer(Request.post("/1.0/revoke", body)).<Void>mapEmpty().recover(failure -> {
            boolean already = String.valueOf(failure.getMessage()).contains("already revoked");
            return already ? Future.succeededFuture() : Future.failedFuture(failure);
        });
    }

    /** By whoever holds the certificate's key (mTLS). */
    Future<Void> revoke(TlsMaterial own, RevocationReason reason) {
        return answer(Request.post("/1.0/revoke", revocation(SerialNumber.of(own.leaf()), reason), own))
                .mapEmpty();
    }

    /** The revocation list in force, DER; needs {@code crl.enabled} at the CA. */
    public Future<Buffer> crl() {
        return exchange.apply(Request.get("/1.0/crl")).recover(failure -> Future.failedFuture(withRemedy(failure)));
    }

    /** The key of the JWK provisioner as the CA keeps it, encrypted; empty when there is none of this name or it is not kept there. */
    public Future<Optional<String>> encryptedKey(String provisioner) {
        return encryptedKey(provisioner, PROVISIONERS);
    }

    private Future<Optional<String>> encryptedKey(String provisioner, String page) {
        return answer(Request.get(page)).compose(listed -> {
            var key = listed.getJsonArray("provisioners", new JsonArray()).stream()
                    .filter(JsonObject.class::isInstance)
                    .map(JsonObject.class::cast)
                    .filter(each -> "JWK".equals(each.getString("type")) && provisioner.equals(each.getString("name")))
                    .map(each -> each.getString("encryptedKey", ""))
                    .filter(text -> !text.isEmpty())
                    .findFirst();
            var cursor = listed.getString("nextCursor", "");
            return key.isPresent() || cursor.isEmpty()
                    ? Future.succeededFuture(key)
                    : encryptedKey(provisioner, PROVISIONERS + "&cursor=" + cursor);
        });
    }

    /** Between {@code crt} and {@code ca} there may be more intermediates: {@code certChain} has them all. */
    private Future<List<X509Certificate>> chain(Request request) {
        return answer(request).compose(signed -> {
            try {
                var chain = new ArrayList<X509Certificate>();
                for (Object certificate : signed.getJsonArray("certChain", new JsonArray())) {
                    chain.addAll(Pem.certificates(String.valueOf(certificate)));
                }
                return chain.isEmpty()
                        ? Future.failedFuture(foreign("it holds no certificate", null))
                        : Future.succeededFuture(IssuedChain.withoutRoot(chain));
            } catch (IllegalArgumentException | ClassCastException malformed) {
                return Future.failedFuture(foreign(String.valueOf(malformed.getMessage()), malformed));
            }
        });
    }

    private Future<JsonObject> answer(Request request) {
        return exchange.apply(request).compose(body -> {
            try {
                return Future.succeededFuture(new JsonObject(body));
            } catch (DecodeException | ClassCastException malformed) {
                return Future.failedFuture(foreign(String.valueOf(malformed.getMessage()), malformed));
            }
        });
    }

    private static JsonObject revocation(SerialNumber serial, RevocationReason reason) {
        return new JsonObject()
                .put("serial", serial.value().toString())
                .put("reasonCode", reason.code())
                .put("reason", reason.label())
                .put("passive", true);
    }

    private IssuanceFailed foreign(String why, @Nullable Throwable cause) {
        return new IssuanceFailed(
                Reason.INVALID_CERTIFICATE,
                "the CA at " + url + " does not answer as step-ca does: " + Printable.quoted(why),
                null,
                cause);
    }

    private static Throwable withRemedy(Throwable failure) {
        return failure instanceof IssuanceFailed refused && refused.reason() == Reason.REFUSED
                ? new IssuanceFailed(
                        Reason.REFUSED, refused.getMessage() + "; set crl.enabled in its ca.json", null, refused)
                : failure;
    }
}
