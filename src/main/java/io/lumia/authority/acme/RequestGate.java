package io.lumia.authority.acme;

import io.lumia.authority.acme.Account.Status;
import io.lumia.authority.acme.KnownAccounts.Known;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.store.Store;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Lets through what an account key has signed for exactly this request (RFC 8555, 6.2 to 6.5). */
final class RequestGate {
    private final Store store;
    private final NonceDesk nonces;
    private final WorkerExecutor worker;
    private final KnownAccounts accounts;
    private final double rejection;
    private final RandomGenerator randomness;

    /**
     * @param worker verifies signatures: they cost too much for an event loop
     * @param accounts those that need not be read
     * @param rejection share of good nonces that are refused all the same
     */
    RequestGate(
            Store store,
            NonceDesk nonces,
            WorkerExecutor worker,
            KnownAccounts accounts,
            double rejection,
            RandomGenerator randomness) {
        this.store = store;
        this.nonces = nonces;
        this.worker = worker;
        this.accounts = accounts;
        this.rejection = rejection;
        this.randomness = randomness;
    }

    /** A request signed with the key that it carries. */
    record BySelf(AccountKey key, SignedRequest request) {}

    /** A request signed by an account that may act. */
    record ByAccount(Account account, AccountKey key, SignedRequest request) {}

    /** Takes the body apart and uses its nonce up; the signature is not verified yet. Fails with {@link AcmeRefusal}. */
    Future<SignedRequest> read(Exchange exchange) {
        var request = SignedRequest.parse(exchange.body());
        if (!request.url().equals(exchange.url())) {
            throw new AcmeRefusal(
                    Kind.UNAUTHORIZED,
                    "the request is signed for " + Printable.quoted(request.url()) + ", not for "
                            + Printable.quoted(exchange.url()));
        }
        return nonces.spend(request.nonce()).map(good -> {
            if (!good || (rejection > 0 && randomness.nextDouble() < rejection)) {
                throw new AcmeRefusal(
                        Kind.BAD_NONCE, "the nonce is unknown, expired or was used; take the one of this answer");
            }
            return request;
        });
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
        var id = exchange.links().accountId(kid);
        var known = id.flatMap(account -> accounts.find(exchange.provisioner(), account));
        // another node may have deactivated it, or changed its key, since it was read
        var signer = known.isPresent() && !store.isShared()
                ? Future.succeededFuture(known.get())
                : find(id, kid, exchange.provisioner());
        return signer.compose(account -> worker.executeBlocking(() -> verified(account, request), false))
                .map(RequestGate::active);
    }

    private Future<Known> find(Optional<String> id, String kid, String provisioner) {
        long before = accounts.changes();
        return store.read(handle -> id.flatMap(account -> AccountRows.find(handle, provisioner, account)))
                .map(found -> found.orElseThrow(() -> new AcmeRefusal(
                        Kind.ACCOUNT_DOES_NOT_EXIST, "there is no account " + Printable.quoted(kid) + " here")))
                .compose(this::withKey)
                .onSuccess(known -> accounts.learn(known, before));
    }

    /** A key that was parsed lately need not be again. */
    private Future<Known> withKey(Account account) {
        return accounts.find(account.provisioner(), account.id())
                .filter(known -> known.account().jwk().equals(account.jwk()))
                .map(known -> Future.succeededFuture(new Known(account, known.key())))
                .orElseGet(() ->
                        worker.executeBlocking(() -> new Known(account, AccountKey.parse(account.jwk())), false));
    }

    private static ByAccount verified(Known signer, SignedRequest request) {
        signer.key().verify(request);
        return new ByAccount(signer.account(), signer.key(), request);
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
