package io.lumia.authority.acme;

import io.lumia.authority.acme.Account.Status;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.store.Store;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.random.RandomGenerator;

/** Lets through what an account key has signed for exactly this request (RFC 8555, 6.2 to 6.5). */
final class RequestGate {
    private final Store store;
    private final Nonces nonces;
    private final WorkerExecutor worker;
    private final double rejection;
    private final RandomGenerator randomness;

    /**
     * @param worker verifies signatures: they cost too much for an event loop
     * @param rejection share of good nonces that are refused all the same
     */
    RequestGate(Store store, Nonces nonces, WorkerExecutor worker, double rejection, RandomGenerator randomness) {
        this.store = store;
        this.nonces = nonces;
        this.worker = worker;
        this.rejection = rejection;
        this.randomness = randomness;
    }

    /** A request signed with the key that it carries. */
    record BySelf(AccountKey key, SignedRequest request) {}

    /** A request signed by an account that may act. */
    record ByAccount(Account account, AccountKey key, SignedRequest request) {}

    /** Takes the body apart and uses its nonce up; the signature is not verified yet. @throws AcmeRefusal */
    SignedRequest read(Exchange exchange) {
        var request = SignedRequest.parse(exchange.body());
        if (!request.url().equals(exchange.url())) {
            throw new AcmeRefusal(
                    Kind.UNAUTHORIZED,
                    "the request is signed for " + Printable.quoted(request.url()) + ", not for "
                            + Printable.quoted(exchange.url()));
        }
        boolean good = nonces.spend(request.nonce());
        if (!good || (rejection > 0 && randomness.nextDouble() < rejection)) {
            throw new AcmeRefusal(
                    Kind.BAD_NONCE, "the nonce is unknown, expired or was used; take the one of this answer");
        }
        return request;
    }

    Future<BySelf> bySelf(SignedRequest request) {
        var jwk = request.jwk();
        if (jwk == null) {
            return AcmeRefusal.failed(Kind.MALFORMED, "this resource wants the key itself ('jwk'), not 'kid'");
        }
        return worker.executeBlocking(
                () -> {
                    var key = AccountKey.parse(jwk);
                    key.verify(request);
                    return new BySelf(key, request);
                },
                false);
    }

    Future<ByAccount> byAccount(SignedRequest request, Exchange exchange) {
        var kid = request.kid();
        if (kid == null) {
            return AcmeRefusal.failed(Kind.MALFORMED, "this resource wants the account's URL ('kid'), not 'jwk'");
        }
        return store.read(handle -> exchange.links()
                        .accountId(kid)
                        .flatMap(id -> AccountRows.find(handle, exchange.provisioner(), id)))
                .map(found -> found.orElseThrow(() -> new AcmeRefusal(
                        Kind.ACCOUNT_DOES_NOT_EXIST, "there is no account " + Printable.quoted(kid) + " here")))
                .compose(account -> worker.executeBlocking(() -> verified(account, request), false))
                .map(RequestGate::active);
    }

    private static ByAccount verified(Account account, SignedRequest request) {
        var key = AccountKey.parse(account.jwk());
        key.verify(request);
        return new ByAccount(account, key, request);
    }

    private static ByAccount active(ByAccount signed) {
        requireActive(signed.account());
        return signed;
    }

    /** RFC 8555, 7.3.6. @throws AcmeRefusal when the account is deactivated */
    static void requireActive(Account account) {
        if (account.status() != Status.VALID) {
            throw new AcmeRefusal(Problem.of(Kind.UNAUTHORIZED, "the account is deactivated; make a new one")
                    .as(401));
        }
    }
}
