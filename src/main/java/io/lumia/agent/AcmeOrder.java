package io.lumia.agent;

import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.AcmePolls;
import io.lumia.issuance.AcmeSessions;
import io.lumia.issuance.ChallengeResponders;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.StringReader;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.exception.AcmeException;

/**
 * Orders by ACME (RFC 8555) with http-01. acme4j blocks, so each exchange is a short visit to a worker; waiting happens on the event loop and
 * holds no thread. One session per identity, since a session has one nonce at a time.
 */
final class AcmeOrder implements CertificateOrder {
    private final WorkerExecutor workers;
    private final ChallengeResponders responders;
    private final Duration patience;
    private final Clock clock;
    private final AcmeSessions sessions;
    private final AcmePolls polls;
    private final Map<Holder, KeptLogin> logins = new ConcurrentHashMap<>();

    AcmeOrder(Vertx vertx, WorkerExecutor workers, ChallengeResponders responders, Duration patience, Clock clock) {
        this.workers = workers;
        this.responders = responders;
        this.patience = patience;
        this.clock = clock;
        this.sessions = new AcmeSessions(patience);
        this.polls = new AcmePolls(vertx, workers, clock);
    }

    /** Whose account a login is of. */
    private record Holder(String dnsName, PublicKey key) {
        static Holder of(Request request) {
            return new Holder(request.dnsName(), request.identityKey().getPublic());
        }
    }

    /** A login talks to the CA by the trust that it was made with. */
    private record KeptLogin(Login login, FleetTrust trust) {}

    /** An order under way. */
    private final class Progress {
        final Request request;
        final Instant deadline = clock.instant().plus(patience);
        final Order order;
        final @Nullable Authorization authorization;
        final @Nullable Http01Challenge challenge;

        Progress(Request request, Order order) throws AcmeException, StepFailed {
            this.request = request;
            this.order = order;
            authorization = order.getAuthorizations().stream()
                    .filter(each -> each.getStatus() == Status.PENDING)
                    .findFirst()
                    .orElse(null);
            challenge = authorization == null
                    ? null
                    : authorization
                            .findChallenge(Http01Challenge.class)
                            .orElseThrow(() -> StepFailed.operator(
                                    StepFailed.Reason.CHALLENGE, "the CA offers no http-01 challenge"));
        }
    }

    @Override
    public Future<TlsMaterial> place(Request request) {
        return visit(request, () -> new Progress(request, open(request)))
                .compose(this::authorize)
                .compose(this::finish);
    }

    private Order open(Request request) throws AcmeException {
        var kept = logins.get(Holder.of(request));
        if (kept == null || !kept.trust.equals(request.trust())) {
            kept = new KeptLogin(login(request), request.trust());
            logins.put(Holder.of(request), kept);
        }
        return kept.login.newOrder().domain(request.dnsName()).create();
    }

    /** Opens the account of the identity key, or finds the one that exists (RFC 8555, 7.3.1). */
    private Login login(Request request) throws AcmeException {
        return new AccountBuilder()
                .agreeToTermsOfService()
                .useKeyPair(request.identityKey())
                .createLogin(sessions.open(request.directory(), request.trust()));
    }

    private Future<Progress> authorize(Progress progress) {
        var challenge = progress.challenge;
        var authorization = progress.authorization;
        if (challenge == null || authorization == null) {
            return Future.succeededFuture(progress);
        }
        var address = progress.request.address();
        return responders
                .open(address, challenge.getToken(), challenge.getAuthorization())
                .recover(taken -> Future.failedFuture(
                        StepFailed.retry(StepFailed.Reason.CHALLENGE, String.valueOf(taken.getMessage()), taken)))
                .compose(listening -> visit(progress.request, () -> {
                    challenge.trigger();
                    return progress;
                }))
                .compose(triggered -> poll(progress, authorization))
                .compose(status -> authorized(progress, authorization, challenge, status))
                .eventually(() -> responders.close(address, challenge.getToken()));
    }

    private Future<Progress> authorized(
            Progress progress, Authorization authorization, Http01Challenge challenge, Status status) {
        if (status == Status.VALID) {
            return Future.succeededFuture(progress);
        }
        return visit(progress.request, () -> {
            var unused = challenge.fetch();
            var why = challenge
                    .getError()
                    .map(Object::toString)
                    .orElse(authorization.getStatus().toString());
            throw StepFailed.retry(
                    StepFailed.Reason.CHALLENGE,
                    "the CA could not verify the http-01 challenge at "
                            + progress.request.address().getHostAddress()
                            + "; it must reach that address and port (authority.acme.http01-port,"
                            + " authority.acme.allowed-networks): " + why,
                    null);
        });
    }

    private Future<TlsMaterial> finish(Progress progress) {
        var request = progress.request;
        return visit(request, () -> finalizeOrder(progress))
                .compose(pair -> poll(progress, progress.order)
                        .compose(status -> visit(request, () -> download(progress, pair, status))));
    }

    /**
     * The private key stays here; the CSR carries the public one and a signature. It has no common name: a CA takes each for one more name that must
     * be proven (RFC 8555, 7.4), and puts the device's there by itself.
     */
    private KeyPair finalizeOrder(Progress progress) throws AcmeException, IOException {
        var pair = KeyPairs.p256();
        var name = progress.request.dnsName();
        var csr = CertificateRequest.create(pair, null, List.of(name));
        if (progress.challenge != null) {
            var unused = progress.order.fetch();
        }
        progress.order.execute(der(csr));
        return pair;
    }

    private static TlsMaterial download(Progress progress, KeyPair pair, Status status) throws StepFailed {
        if (status != Status.VALID) {
            var why = progress.order.getError().map(Object::toString).orElse(status.toString());
            throw StepFailed.retry(StepFailed.Reason.REFUSED, "the CA did not fulfil the order: " + why, null);
        }
        try {
            List<X509Certificate> chain = progress.order.getCertificate().getCertificateChain();
            return new TlsMaterial(pair.getPrivate(), withoutRoot(chain));
        } catch (IllegalArgumentException unfit) {
            throw StepFailed.retry(
                    StepFailed.Reason.INVALID_CERTIFICATE,
                    "the CA's certificate cannot be used: " + unfit.getMessage(),
                    unfit);
        }
    }

    private Future<Status> poll(Progress progress, PollableResource resource) {
        return polls.finished(resource, progress.deadline)
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? StepFailed.retry(
                                        StepFailed.Reason.UNREACHABLE,
                                        "the CA did not finish within " + patience.toSeconds()
                                                + " s (agent.step-timeout)",
                                        null)
                                : told(progress.request, failure)));
    }

    private <T> Future<T> visit(Request request, Callable<T> exchange) {
        return workers.executeBlocking(exchange, false).recover(failure -> Future.failedFuture(told(request, failure)));
    }

    private StepFailed told(Request request, Throwable failure) {
        logins.remove(Holder.of(request));
        return AcmeFailures.told(failure, request, clock.instant());
    }

    private static List<X509Certificate> withoutRoot(List<X509Certificate> chain) {
        return chain.stream()
                .filter(certificate -> certificate.equals(chain.get(0))
                        || !certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal()))
                .toList();
    }

    private static byte[] der(String csr) throws IOException {
        try (var reader = new PemReader(new StringReader(csr))) {
            return reader.readPemObject().getContent();
        }
    }
}
