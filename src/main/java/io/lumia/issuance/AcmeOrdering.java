package io.lumia.issuance;

import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.ChallengeSolver.Proof;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One order (RFC 8555, 7.4) from its authorizations to its certificate. Fails with what acme4j throws, or {@link IssuanceFailed}. */
final class AcmeOrdering {
    private static final Logger log = LoggerFactory.getLogger(AcmeOrdering.class);

    private final WorkerExecutor workers;
    private final AcmePolls polls;
    private final ChallengeSolver solver;
    private final Duration patience;
    private final Clock clock;
    private final CertificateWish wish;
    private final Order order;
    private final List<Proof> presented = new ArrayList<>();

    AcmeOrdering(
            WorkerExecutor workers,
            AcmePolls polls,
            ChallengeSolver solver,
            Duration patience,
            Clock clock,
            CertificateWish wish,
            Order order) {
        this.workers = workers;
        this.polls = polls;
        this.solver = solver;
        this.patience = patience;
        this.clock = clock;
        this.wish = wish;
        this.order = order;
    }

    private record Pending(Authorization authorization, Challenge challenge, Proof proof) {}

    Future<TlsMaterial> certificate() {
        return visit(this::pending)
                .compose(this::prove)
                .compose(proved -> visit(this::finalizeOrder))
                .compose(pair -> polls.finished(order, clock.instant().plus(patience))
                        .compose(status -> visit(() -> download(pair, status))));
    }

    /** What the CA has not yet seen proved. */
    private List<Pending> pending() throws IssuanceFailed {
        var all = new ArrayList<Pending>();
        for (Authorization authorization : order.getAuthorizations()) {
            if (authorization.getStatus() == Status.PENDING) {
                all.add(pending(authorization));
            }
        }
        return all;
    }

    private Pending pending(Authorization authorization) throws IssuanceFailed {
        var name = authorization.getIdentifier().getValue();
        for (Challenge offered : authorization.getChallenges()) {
            if (offered.getType().equals(solver.type()) && offered instanceof TokenChallenge challenge) {
                var token = String.valueOf(challenge.getJSON().get("token").asString());
                return new Pending(authorization, offered, new Proof(name, token, challenge.getAuthorization()));
            }
        }
        throw new IssuanceFailed(
                Reason.CHALLENGE,
                "the CA offers no " + solver.type() + " for " + name + " but "
                        + authorization.getChallenges().stream()
                                .map(Challenge::getType)
                                .toList()
                        + ": set challenge-type to one of them"
                        + (authorization.isWildcard() ? "; wildcards need dns-01" : ""),
                null,
                null);
    }

    /** All answers are in place before the first is looked at: two names may share a DNS record's name. */
    private Future<Void> prove(List<Pending> pending) {
        return each(pending, this::present)
                .compose(present -> each(pending, one -> solver.visible(one.proof)))
                .compose(visible -> each(pending, this::verify))
                .eventually(() -> each(List.copyOf(presented), this::remove));
    }

    private Future<Void> present(Pending one) {
        presented.add(one.proof);
        return solver.present(one.proof);
    }

    private Future<Void> verify(Pending one) {
        return visit(() -> {
                    one.challenge.trigger();
                    return one;
                })
                .compose(triggered -> polls.finished(
                                new ProofStatus(one.authorization, solver.type()),
                                clock.instant().plus(patience))
                        // some CAs try again and again; the challenge tells what they last saw
                        .recover(late -> late instanceof TimeoutException
                                ? Future.succeededFuture(Status.PENDING)
                                : Future.failedFuture(late)))
                .compose(status ->
                        status == Status.VALID ? Future.succeededFuture() : visit(() -> refused(one, status)));
    }

    private Void refused(Pending one, Status status) throws AcmeException, IssuanceFailed {
        var unused = one.challenge.fetch();
        throw new IssuanceFailed(
                Reason.CHALLENGE,
                "the CA could not verify " + solver.type() + " for " + one.proof.name() + ": "
                        + one.challenge.getError().map(AcmeProblems::detail).orElse(status.toString()),
                null,
                null);
    }

    private Future<Void> remove(Proof proof) {
        return solver.remove(proof).otherwise(failure -> {
            log.atWarn()
                    .addKeyValue("name", proof.name())
                    .addKeyValue("challenge", solver.type())
                    .addKeyValue("reason", failure.getMessage())
                    .log("answer to a challenge could not be taken away; remove it by hand");
            return null;
        });
    }

    /** The private key stays here; the CSR carries the public one and a signature. */
    private KeyPair finalizeOrder() throws AcmeException {
        var pair = KeyPairs.of(wish.keyType());
        var csr = CertificateRequest.create(pair, wish.commonName(), wish.names());
        var unused = order.fetch();
        order.execute(Pem.content("CERTIFICATE REQUEST", csr));
        return pair;
    }

    private TlsMaterial download(KeyPair pair, Status status) throws IssuanceFailed {
        if (status != Status.VALID) {
            throw new IssuanceFailed(
                    Reason.REFUSED,
                    "the CA did not fulfil the order: "
                            + order.getError().map(AcmeProblems::detail).orElse(status.toString()),
                    null,
                    null);
        }
        return IssuedChain.material(pair, order.getCertificate().getCertificateChain());
    }

    private <T> Future<T> visit(Callable<T> exchange) {
        return workers.executeBlocking(exchange, false);
    }

    private static <T> Future<Void> each(List<T> all, Function<T, Future<Void>> step) {
        Future<@Nullable Void> done = Future.succeededFuture();
        for (T one : all) {
            done = done.compose(before -> step.apply(one));
        }
        return done;
    }
}
