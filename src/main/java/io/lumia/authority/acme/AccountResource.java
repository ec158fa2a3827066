package io.lumia.authority.acme;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.acme.Account.Status;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.authority.acme.RequestGate.BySelf;
import io.lumia.authority.acme.Views.AccountView;
import io.lumia.authority.acme.Views.OrdersView;
import io.lumia.store.Store;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Accounts (RFC 8555, 7.3). */
final class AccountResource {
    private static final int MOST_CONTACTS = 10;
    private static final int ORDERS_LISTED = 100;
    /** One address, without header fields (RFC 8555, 7.3). */
    private static final Pattern MAILTO = Pattern.compile("mailto:[^\\s@,?<>\"]{1,64}@[A-Za-z0-9.-]{1,253}");

    private final Store store;
    private final KnownAccounts known;
    private final Predicate<String> demandsBinding;
    private final RateLimits limits;
    private final AcmeLedger ledger;
    private final SecureRandom randomness;
    private final Clock clock;

    /**
     * @param known told of what changed
     * @param demandsBinding whether a provisioner wants an external account
     */
    AccountResource(
            Store store,
            KnownAccounts known,
            Predicate<String> demandsBinding,
            RateLimits limits,
            AcmeLedger ledger,
            SecureRandom randomness,
            Clock clock) {
        this.store = store;
        this.known = known;
        this.demandsBinding = demandsBinding;
        this.limits = limits;
        this.ledger = ledger;
        this.randomness = randomness;
        this.clock = clock;
    }

    private record NewAccount(
            @Nullable List<String> contact,
            boolean onlyReturnExisting,
            @Nullable JsonNode externalAccountBinding) {}

    private record ChangedAccount(
            @Nullable List<String> contact, @Nullable String status) {}

    /** RFC 8555, 7.3 and 7.3.1: the same key always gets the same account. */
    Future<Answer> create(BySelf signed, Exchange exchange) {
        var key = signed.key();
        return store.read(handle -> AccountRows.withKey(handle, exchange.provisioner(), key.thumbprint()))
                .compose(known -> known.isPresent()
                        ? Future.succeededFuture(shown(active(known.get()), 200, exchange.links()))
                        : make(signed, exchange))
                .onFailure(refusal -> ledger.refused("acme", "acme.account", key.thumbprint(), refusal));
    }

    /** Shows, changes or deactivates (RFC 8555, 7.3.2 and 7.3.6). */
    Future<Answer> update(ByAccount signed, Exchange exchange) {
        requireOwn(signed, exchange.id());
        if (signed.request().isPostAsGet()) {
            return Future.succeededFuture(shown(signed.account(), 200, exchange.links()));
        }
        var change = signed.request().payload(ChangedAccount.class);
        var contacts =
                change.contact() == null ? Optional.<List<String>>empty() : Optional.of(checked(change.contact()));
        boolean deactivate = wantsDeactivation(change.status());
        return store.write(handle -> {
                    contacts.ifPresent(changed -> AccountRows.changeContacts(handle, exchange.id(), changed));
                    if (deactivate) {
                        AccountRows.deactivate(handle, exchange.id(), clock.instant());
                    }
                    return AccountRows.find(handle, exchange.provisioner(), exchange.id())
                            .orElseThrow();
                })
                .onSuccess(changed -> known.changed(exchange.id()))
                .map(changed -> shown(changed, 200, exchange.links()));
    }

    /** RFC 8555, 7.1.2.1: the newest ones that have not expired. */
    Future<Answer> orders(ByAccount signed, Exchange exchange) {
        requireOwn(signed, exchange.id());
        int skip = number(exchange.cursor());
        return store.read(
                        handle -> OrderRows.ofAccount(handle, exchange.id(), clock.instant(), skip, ORDERS_LISTED + 1))
                .map(ids -> {
                    var page = Answer.json(
                            200,
                            new OrdersView(ids.stream()
                                    .limit(ORDERS_LISTED)
                                    .map(exchange.links()::order)
                                    .toList()));
                    return ids.size() <= ORDERS_LISTED
                            ? page
                            : page.link(
                                    exchange.links().orders(exchange.id(), String.valueOf(skip + ORDERS_LISTED)),
                                    "next");
                });
    }

    private static int number(String cursor) {
        if (cursor.isEmpty()) {
            return 0;
        }
        if (!cursor.matches("\\d{1,6}")) {
            throw AcmeRefusal.malformed("the cursor is not one that this server gave");
        }
        return Integer.parseInt(cursor);
    }

    private Future<Answer> make(BySelf signed, Exchange exchange) {
        var wanted = signed.request().payload(NewAccount.class);
        if (wanted.onlyReturnExisting()) {
            return AcmeRefusal.failed(Kind.ACCOUNT_DOES_NOT_EXIST, "this key has no account here");
        }
        limits.newAccount(exchange.address());
        var account = new Account(
                Nonces.RandomId.next(randomness),
                exchange.provisioner(),
                signed.key().thumbprint(),
                signed.key().json(),
                checked(wanted.contact() == null ? List.of() : wanted.contact()),
                Status.VALID);
        return binding(wanted, signed, exchange)
                .compose(key -> store.write(handle -> kept(handle, account, key, exchange.address())))
                .map(kept -> {
                    if (!kept.id().equals(account.id())) {
                        return shown(active(kept), 200, exchange.links());
                    }
                    ledger.accountMade(kept);
                    return shown(kept, 201, exchange.links());
                });
    }

    /** The external key with which the request proves where it comes from; empty where none is demanded and none given. */
    private Future<Optional<String>> binding(NewAccount wanted, BySelf signed, Exchange exchange) {
        var given = wanted.externalAccountBinding();
        if (given == null || given.isNull()) {
            return demandsBinding.test(exchange.provisioner())
                    ? AcmeRefusal.failed(
                            Kind.EXTERNAL_ACCOUNT_REQUIRED,
                            "new accounts of " + exchange.provisioner() + " need 'externalAccountBinding'; an operator"
                                    + " makes a key with: lumia ca eab add")
                    : Future.succeededFuture(Optional.empty());
        }
        var binding = ExternalBinding.parse(given, exchange.url(), signed.key());
        return store.read(handle -> ExternalKeyRows.unused(handle, exchange.provisioner(), binding.keyId()))
                .map(hmacKey -> {
                    binding.verify(hmacKey.orElseThrow(AccountResource::spent));
                    return Optional.of(binding.keyId());
                });
    }

    /** Of two who come with one key only one gets in. */
    private Account kept(Handle handle, Account account, Optional<String> externalKey, String address) {
        var now = clock.instant();
        store.hold(handle, AccountRows.held(account.provisioner(), account.thumbprint()));
        limits.newAccount(handle, address);
        var kept = AccountRows.insert(handle, account, now);
        if (kept.id().equals(account.id())
                && externalKey.isPresent()
                && !ExternalKeyRows.bind(handle, externalKey.get(), account.id(), now)) {
            throw spent();
        }
        return kept;
    }

    private static AcmeRefusal spent() {
        return new AcmeRefusal(Kind.UNAUTHORIZED, "the external key is unknown, or an account was made with it before");
    }

    private static Account active(Account account) {
        RequestGate.requireActive(account);
        return account;
    }

    private static Answer shown(Account account, int status, Links links) {
        return Answer.json(status, AccountView.of(account, links)).location(links.account(account.id()));
    }

    private static void requireOwn(ByAccount signed, String id) {
        if (!signed.account().id().equals(id)) {
            throw new AcmeRefusal(Kind.UNAUTHORIZED, "the request is signed by another account");
        }
    }

    private static boolean wantsDeactivation(@Nullable String status) {
        if (status == null || status.equals("valid")) {
            return false;
        }
        if (!status.equals("deactivated")) {
            throw AcmeRefusal.malformed("an account's status can only be changed to 'deactivated'");
        }
        return true;
    }

    private static List<String> checked(List<String> contacts) {
        if (contacts.size() > MOST_CONTACTS) {
            throw new AcmeRefusal(Kind.INVALID_CONTACT, "more than " + MOST_CONTACTS + " contacts");
        }
        for (String contact : contacts) {
            if (contact == null || !contact.toLowerCase(Locale.ROOT).startsWith("mailto:")) {
                throw new AcmeRefusal(
                        Kind.UNSUPPORTED_CONTACT,
                        "contact " + Printable.quoted(String.valueOf(contact)) + " is not supported; use mailto:");
            }
            if (!MAILTO.matcher(contact).matches()) {
                throw new AcmeRefusal(
                        Kind.INVALID_CONTACT,
                        "contact " + Printable.quoted(contact) + " is not mailto: with one e-mail address");
            }
        }
        return List.copyOf(contacts);
    }
}
