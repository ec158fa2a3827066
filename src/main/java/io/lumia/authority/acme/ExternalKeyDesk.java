package io.lumia.authority.acme;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AddExternalKey;
import io.lumia.bus.FleetBus.AddExternalKeyOutcome;
import io.lumia.bus.FleetBus.ExternalKey;
import io.lumia.bus.FleetBus.ExternalKeys;
import io.lumia.bus.FleetBus.RemoveExternalKey;
import io.lumia.bus.FleetBus.RemoveExternalKeyOutcome;
import io.lumia.store.Store;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/** Where operators get keys for external account binding (RFC 8555, 7.3.4). */
final class ExternalKeyDesk {
    private static final int ID_OCTETS = 16;
    private static final int KEY_OCTETS = 32;
    private static final int LONGEST_LABEL = 100;
    private static final int MOST_KEYS = 10_000;

    private final Vertx vertx;
    private final Store store;
    private final Set<String> provisioners;
    private final AcmeLedger ledger;
    private final SecureRandom randomness;
    private final Clock clock;

    ExternalKeyDesk(
            Vertx vertx,
            Store store,
            Set<String> provisioners,
            AcmeLedger ledger,
            SecureRandom randomness,
            Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.provisioners = provisioners;
        this.ledger = ledger;
        this.randomness = randomness;
        this.clock = clock;
    }

    /** Answers on the bus; completes once it does. */
    Future<?> open() {
        return Future.all(
                FleetBus.ADD_EXTERNAL_KEY.serve(vertx, this::add),
                FleetBus.LIST_EXTERNAL_KEYS.serve(
                        vertx, asked -> store.read(ExternalKeyRows::all).map(ExternalKeys::new)),
                FleetBus.REMOVE_EXTERNAL_KEY.serve(vertx, this::remove));
    }

    private Future<AddExternalKeyOutcome> add(AddExternalKey wanted) {
        if (!provisioners.contains(wanted.provisioner())) {
            return refused("there is no ACME provisioner " + Printable.quoted(wanted.provisioner()) + "; expected "
                    + String.join(", ", provisioners));
        }
        if (wanted.label().length() > LONGEST_LABEL) {
            return refused("the label is longer than " + LONGEST_LABEL + " characters");
        }
        var key = new ExternalKey(
                HexFormat.of().formatHex(random(ID_OCTETS)),
                wanted.provisioner(),
                wanted.label(),
                clock.instant(),
                null,
                null);
        var hmacKey = secret();
        return store.<AddExternalKeyOutcome>write(handle -> {
                    store.hold(handle, "external keys");
                    if (ExternalKeyRows.count(handle) >= MOST_KEYS) {
                        return new AddExternalKeyOutcome.Refused(
                                "there are " + MOST_KEYS + " keys; remove those that are not needed any more");
                    }
                    ExternalKeyRows.insert(handle, key, hmacKey);
                    return new AddExternalKeyOutcome.Added(key, hmacKey);
                })
                .onSuccess(kept -> ledger.externalKey(wanted.actor(), "acme.external-key.add", key.id()));
    }

    /** Base64url without a dash at its begin, which command lines of clients would take for an option. */
    private String secret() {
        String drawn;
        do {
            drawn = Base64.getUrlEncoder().withoutPadding().encodeToString(random(KEY_OCTETS));
        } while (drawn.startsWith("-"));
        return drawn;
    }

    private byte[] random(int length) {
        var octets = new byte[length];
        randomness.nextBytes(octets);
        return octets;
    }

    private Future<RemoveExternalKeyOutcome> remove(RemoveExternalKey wanted) {
        return store.write(handle -> ExternalKeyRows.delete(handle, wanted.id()))
                .map(removed -> {
                    if (!removed) {
                        return RemoveExternalKeyOutcome.UNKNOWN;
                    }
                    ledger.externalKey(wanted.actor(), "acme.external-key.remove", wanted.id());
                    return RemoveExternalKeyOutcome.REMOVED;
                });
    }

    private static Future<AddExternalKeyOutcome> refused(String detail) {
        return Future.succeededFuture(new AddExternalKeyOutcome.Refused(detail));
    }
}
