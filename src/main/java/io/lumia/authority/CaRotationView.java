package io.lumia.authority;

import io.lumia.bus.FleetBus.Adoption;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.lifecycle.CaRotation;
import io.lumia.lifecycle.CaRotation.Missing;
import io.lumia.lifecycle.CaRotationText;
import io.lumia.store.CaRotations.Rotation;
import io.lumia.store.Store;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts who and what a rotation waits for, from the database, and says so. */
final class CaRotationView {
    private static final int MOST_NAMED = 100;
    /** Other nodes switch a little later; what they signed until then says itself by whom. */
    private static final Duration SWITCHING = Duration.ofMinutes(5);

    private final Store store;
    private final Clock clock;

    CaRotationView(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** @param named the first of those who are missing for the next step */
    record Counted(Map<TrustHolder, Adoption> adoption, Missing missing, Missing blocking, List<Straggler> named) {
        boolean ready() {
            return blocking.equals(Missing.NOTHING);
        }

        /** The first of those who are missing. */
        String names() {
            return named.stream().map(Straggler::name).distinct().collect(Collectors.joining(", "));
        }

        /** For the audit log, when an operator goes past them. */
        Map<String, String> past() {
            return Map.of("forced", "yes", "missing", Long.toString(stragglers()), "stragglers", names());
        }

        /** How many are missing for the next step. */
        long stragglers() {
            return blocking.holders() + blocking.nodes() + blocking.leaves();
        }
    }

    Future<Counted> count(Rotation rotation) {
        var now = clock.instant();
        var bundle = bundle(rotation);
        var issuer = newIssuer(rotation);
        var leaves = rotation.switchedAt() == null || rotation.phase().isOver()
                ? Future.succeededFuture(0L)
                : store.issuerLeaves().count(left(rotation), before(rotation), now);
        return Future.all(store.trustAdoptions().count(bundle, issuer, now), leaves)
                .compose(both -> {
                    Map<TrustHolder, Adoption> adoption = both.resultAt(0);
                    var missing = missing(adoption, both.resultAt(1));
                    var blocking = CaRotation.blocking(rotation.kind(), rotation.phase(), missing);
                    return named(rotation, blocking, now).map(who -> new Counted(adoption, missing, blocking, who));
                });
    }

    private Future<List<Straggler>> named(Rotation rotation, Missing blocking, Instant now) {
        var holders = blocking.holders() + blocking.nodes() == 0
                ? Future.succeededFuture(List.<Straggler>of())
                : store.trustAdoptions().stragglers(bundle(rotation), newIssuer(rotation), now, MOST_NAMED);
        var leaves = blocking.leaves() == 0
                ? Future.succeededFuture(List.<Straggler>of())
                : store.issuerLeaves().first(left(rotation), before(rotation), now, MOST_NAMED);
        return Future.all(holders, leaves).map(both -> {
            var all = new ArrayList<Straggler>(both.<List<Straggler>>resultAt(0).stream()
                    .filter(one -> one.kind() == TrustHolder.AUTHORITY ? blocking.nodes() > 0 : blocking.holders() > 0)
                    .toList());
            all.addAll(both.<List<Straggler>>resultAt(1));
            return all;
        });
    }

    private static Missing missing(Map<TrustHolder, Adoption> adoption, long leaves) {
        long holders = 0;
        long nodes = 0;
        for (var kind : adoption.entrySet()) {
            if (kind.getKey() == TrustHolder.AUTHORITY) {
                nodes = kind.getValue().missing();
            } else {
                holders += kind.getValue().missing();
            }
        }
        return new Missing(holders, nodes, leaves);
    }

    CaRotationStatus status(Rotation rotation, Counted counted) {
        var kind = rotation.kind();
        var phase = rotation.phase();
        return new CaRotationStatus(
                rotation.id(),
                kind.label(),
                phase.label(),
                rotation.startedAt(),
                rotation.since(),
                rotation.actor(),
                fingerprint(rotation.oldRoot()),
                fingerprint(rotation.newRoot()),
                fingerprint(rotation.oldIssuer()),
                fingerprint(rotation.newIssuer()),
                bundle(rotation),
                labelled(counted.adoption),
                counted.missing.leaves(),
                counted.ready() && CaRotation.next(kind, phase).isPresent(),
                CaRotationText.explain(kind, phase),
                CaRotationText.blocked(counted.blocking),
                CaRotationText.next(kind, phase),
                CaRotationText.abort(phase),
                counted.stragglers(),
                counted.named);
    }

    /** There never was a rotation. */
    static CaRotationStatus idle(CaState state, Map<TrustHolder, Adoption> adoption) {
        var root = state.issuing().rootFingerprint().hex();
        var issuer = Fingerprint.of(state.issuing().issuer().certificate()).hex();
        return new CaRotationStatus(
                null,
                "none",
                "idle",
                null,
                null,
                "",
                root,
                null,
                issuer,
                null,
                state.bundle().bundleFingerprint(),
                labelled(adoption),
                0,
                false,
                "there was no rotation yet",
                "",
                "",
                "",
                0,
                List.of());
    }

    private static Map<String, Adoption> labelled(Map<TrustHolder, Adoption> adoption) {
        var labelled = new LinkedHashMap<String, Adoption>();
        adoption.forEach((kind, count) -> labelled.put(kind.name().toLowerCase(Locale.ROOT), count));
        return labelled;
    }

    static String bundle(Rotation rotation) {
        return Fingerprint.ofBundle(CaKeeper.trusted(rotation)).hex();
    }

    /** What a node confirms that has the new keys. */
    static String newIssuer(Rotation rotation) {
        return fingerprint(rotation.newIssuer());
    }

    private static String fingerprint(String pem) {
        X509Certificate certificate = Pem.certificates(pem).get(0);
        return Fingerprint.of(certificate).hex();
    }

    private Instant before(Rotation rotation) {
        var switched = rotation.switchedAt();
        return (switched == null ? clock.instant() : switched).plus(SWITCHING);
    }

    /** As the store names the issuer whose leaves drain: the first one is not named. */
    private static String left(Rotation rotation) {
        int number = rotation.phase().issuesFromNew() ? rotation.oldNumber() : rotation.newNumber();
        var issuer = rotation.phase().issuesFromNew() ? rotation.oldIssuer() : rotation.newIssuer();
        var root = rotation.phase().issuesFromNew() ? rotation.oldRoot() : rotation.newRoot();
        return number == 1 ? "" : Ca.issuerName(number, issuer.equals(root));
    }
}
