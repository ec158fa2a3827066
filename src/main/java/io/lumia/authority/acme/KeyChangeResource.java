package io.lumia.authority.acme;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.store.Store;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Key roll-over (RFC 8555, 7.3.5): the old key signs that the new key signed. An account whose new key claimed no fleet name cannot order the
 * names that its old key claimed.
 */
final class KeyChangeResource {
    private final Store store;
    private final WorkerExecutor worker;
    private final KnownAccounts accounts;
    private final AcmeLedger ledger;

    /**
     * @param worker verifies signatures
     * @param accounts told of what changed
     */
    KeyChangeResource(Store store, WorkerExecutor worker, KnownAccounts accounts, AcmeLedger ledger) {
        this.store = store;
        this.worker = worker;
        this.accounts = accounts;
        this.ledger = ledger;
    }

    private record KeyChange(
            @Nullable String account, @Nullable JsonNode oldKey) {}

    Future<Answer> change(ByAccount signed, Exchange exchange) {
        return worker.executeBlocking(() -> accepted(signed, exchange), false)
                .compose(key -> roll(signed.account(), key, exchange.links()))
                .onFailure(refusal -> ledger.refused(
                        signed.account().actor(),
                        "acme.key-change",
                        signed.account().id(),
                        refusal));
    }

    private static AccountKey accepted(ByAccount signed, Exchange exchange) {
        var inner = SignedRequest.parseInner(signed.request().payload());
        var key = AccountKey.parse(String.valueOf(inner.jwk()));
        key.verify(inner);
        if (!inner.url().equals(signed.request().url())) {
            throw AcmeRefusal.malformed("the 'url' of the inner JWS is not that of the outer one");
        }
        var change = inner.payload(KeyChange.class);
        if (!exchange.links().account(signed.account().id()).equals(change.account())) {
            throw AcmeRefusal.malformed("'account' is not the account that signed the request");
        }
        var old = change.oldKey();
        if (old == null
                || !AccountKey.parse(old.toString())
                        .thumbprint()
                        .equals(signed.key().thumbprint())) {
            throw AcmeRefusal.malformed("'oldKey' is not the account's present key");
        }
        return key;
    }

    private Future<Answer> roll(Account account, AccountKey key, Links links) {
        return store.write(handle -> {
                    store.hold(handle, AccountRows.held(account.provisioner(), key.thumbprint()));
                    var other = AccountRows.withKey(handle, account.provisioner(), key.thumbprint());
                    if (other.isEmpty()) {
                        AccountRows.changeKey(handle, account.id(), key);
                    }
                    return other;
                })
                .onSuccess(done -> accounts.changed(account.id()))
                .compose(other -> other.map(taken -> conflict(taken, links)).orElseGet(() -> {
                    ledger.keyChanged(account, key);
                    return store.read(handle -> AccountRows.find(handle, account.provisioner(), account.id()))
                            .map(Optional::orElseThrow)
                            .map(changed -> Answer.json(200, Views.AccountView.of(changed, links)));
                }));
    }

    private static Future<Answer> conflict(Account taken, Links links) {
        var refusal = new AcmeRefusal(
                Problem.of(Kind.MALFORMED, "another account has this key already; its address is in Location")
                        .as(409));
        return Future.succeededFuture(Answer.problem(refusal).location(links.account(taken.id())));
    }
}
