package io.lumia.agent;

import io.lumia.agent.StepFailed.Reason;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims names at the provisioning service, from the identity's own address. What leaves is a PKCS#10 request: name, public key and a
 * signature, never a private key.
 */
final class HttpEnrolment implements Enrolment {
    private static final Logger log = LoggerFactory.getLogger(HttpEnrolment.class);
    private static final int CREATED = 201;

    private final Vertx vertx;
    private final URI service;
    private final FleetDomain domain;
    private final Duration patience;
    private final WorkerExecutor workers;
    private final Clock clock;
    private final AtomicBoolean warned = new AtomicBoolean();

    HttpEnrolment(
            Vertx vertx, URI service, FleetDomain domain, Duration patience, WorkerExecutor workers, Clock clock) {
        this.vertx = vertx;
        this.service = service;
        this.domain = domain;
        this.patience = patience;
        this.workers = workers;
        this.clock = clock;
    }

    private record Answer(int status, @Nullable String retryAfter, Buffer body) {}

    @Override
    public Future<Claimed> claim(Claim claim) {
        var options = new HttpClientOptions().setConnectTimeout((int) patience.toMillis());
        if (!claim.address().isAnyLocalAddress()) {
            options.setLocalAddress(claim.address().getHostAddress());
        }
        var client = vertx.httpClientBuilder().with(options).build();
        return workers.executeBlocking(() -> request(claim), false)
                .compose(body -> post(client, body))
                .compose(answer -> workers.executeBlocking(() -> accept(claim, answer), false))
                .eventually(client::close);
    }

    private JsonObject request(Claim claim) {
        var name = claim.device().value();
        var csr = CertificateRequest.create(claim.identityKey(), name, List.of(domain.dnsName(claim.device())));
        var body = new JsonObject().put("device", name).put("csr", csr);
        return claim.token() == null ? body : body.put("token", claim.token());
    }

    private Future<Answer> post(HttpClientAgent client, JsonObject body) {
        var address = service.toString().replaceAll("/+$", "") + "/v1/certificates";
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(address)
                .setTimeout(patience.toMillis())
                .putHeader("Content-Type", "application/json");
        return client.request(options)
                .compose(request -> request.send(body.toBuffer()).compose(this::read))
                .recover(unreachable -> Future.failedFuture(StepFailed.retry(
                        Reason.UNREACHABLE,
                        "provisioning service " + service + " does not answer (" + unreachable.getMessage()
                                + "): start it, or set agent.provisioning-url",
                        unreachable)));
    }

    private Future<Answer> read(HttpClientResponse response) {
        return response.body().map(body -> new Answer(response.statusCode(), response.getHeader("Retry-After"), body));
    }

    private Claimed accept(Claim claim, Answer answer) throws StepFailed {
        if (answer.status() != CREATED) {
            throw refusal(claim.device(), claim.address(), answer);
        }
        try {
            var json = new JsonObject(answer.body());
            var handedOut = Pem.certificates(text(json, "root"));
            var roots = trustworthy(claim, handedOut);
            var bootstrap = chain(json);
            CertificateCheck.fit(bootstrap, handedOut, domain.dnsName(claim.device()), clock.instant());
            if (!bootstrap.get(0).getPublicKey().equals(claim.identityKey().getPublic())) {
                throw StepFailed.retry(
                        Reason.INVALID_CERTIFICATE,
                        "the provisioning service handed out a certificate for another key",
                        null);
            }
            return new Claimed(roots, bootstrap, IdentityStore.contact(json));
        } catch (IllegalArgumentException | DecodeException | ClassCastException malformed) {
            throw StepFailed.retry(
                    Reason.INVALID_CERTIFICATE,
                    "the provisioning service's answer cannot be used: "
                            + Printable.quoted(String.valueOf(malformed.getMessage())),
                    malformed);
        }
    }

    /** Plain HTTP brings them, so beside a pin nothing counts; the CA itself hands out the others (RootSource). */
    private List<X509Certificate> trustworthy(Claim claim, List<X509Certificate> handedOut) throws StepFailed {
        if (claim.pinned().isEmpty()) {
            if (!warned.getAndSet(true)) {
                log.atWarn()
                        .addKeyValue("rootFingerprint", Fingerprint.of(handedOut.get(0)))
                        .log("root is trusted because it is the first one seen; pin it with agent.root-fingerprint");
            }
            return handedOut;
        }
        var pinned = handedOut.stream()
                .filter(root -> claim.pinned().contains(Fingerprint.of(root)))
                .toList();
        if (pinned.isEmpty()) {
            throw StepFailed.hopeless(
                    Reason.REFUSED,
                    "provisioning handed out the root " + fingerprints(handedOut) + ", but "
                            + claim.pinned().stream().map(Fingerprint::hex).collect(Collectors.joining(" or "))
                            + " is pinned: somebody stands between, or the CA was replaced; compare with `lumia ca"
                            + " fingerprint` before you change agent.root-fingerprint or remove the identity's root.pem");
        }
        return pinned;
    }

    private static String fingerprints(List<X509Certificate> roots) {
        return roots.stream().map(root -> Fingerprint.of(root).hex()).collect(Collectors.joining(", "));
    }

    private static List<X509Certificate> chain(JsonObject json) {
        var all = new ArrayList<>(Pem.certificates(text(json, "certificate")));
        var chain = json.getString("chain", "");
        if (!chain.isBlank()) {
            all.addAll(Pem.certificates(chain));
        }
        return List.copyOf(all);
    }

    private static String text(JsonObject json, String key) {
        var text = json.getString(key);
        if (text == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return text;
    }

    private static StepFailed refusal(DeviceName device, InetAddress from, Answer answer) {
        var address = from.isAnyLocalAddress() ? "that provisioning sees" : from.getHostAddress();
        var said = ": " + Printable.quoted(detail(answer.body()));
        return switch (answer.status()) {
            case 401 ->
                StepFailed.operator(
                        Reason.REFUSED,
                        "the token is wrong or spent; put a new one into the identity's file `token`" + said);
            case 403 ->
                StepFailed.operator(
                        Reason.REFUSED,
                        "address " + address + " is not whitelisted; run `lumia provisioning allow "
                                + (from.isAnyLocalAddress() ? "ADDRESS" : address) + "`" + said);
            case 409 ->
                StepFailed.operator(
                        Reason.REFUSED,
                        "name " + device
                                + " is claimed by another key; choose another name, or have an operator release it"
                                + said);
            case 422 -> StepFailed.operator(Reason.REFUSED, "the certificate request is not accepted" + said);
            case 429 ->
                StepFailed.later(
                        Reason.REFUSED, "too many requests from " + address + said, seconds(answer.retryAfter()));
            case 503 ->
                StepFailed.later(
                        Reason.REFUSED,
                        "provisioning is off; run `lumia provisioning on`" + said,
                        seconds(answer.retryAfter()));
            default ->
                StepFailed.retry(Reason.REFUSED, "the provisioning service answered " + answer.status() + said, null);
        };
    }

    private static String detail(Buffer body) {
        try {
            var problem = new JsonObject(body);
            return problem.getString("detail", problem.getString("title", ""));
        } catch (DecodeException | ClassCastException noProblemDocument) {
            return body.toString();
        }
    }

    /** The delay form of RFC 9110, 10.2.3; null when there is none. */
    private static @Nullable Duration seconds(@Nullable String retryAfter) {
        return retryAfter != null && retryAfter.matches("\\d{1,6}")
                ? Duration.ofSeconds(Long.parseLong(retryAfter))
                : null;
    }
}
