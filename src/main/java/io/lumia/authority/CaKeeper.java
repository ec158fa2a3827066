package io.lumia.authority;

import io.lumia.config.CannotStart;
import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Phase;
import io.lumia.store.CaRotations.Rotation;
import io.lumia.x509.Issuer;
import io.lumia.x509.Pem;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what a rotation's phase wants of DATA/ca. The phase is in the database, for every node; the keys are files of each node. Blocks. */
final class CaKeeper {
    private static final Logger log = LoggerFactory.getLogger(CaKeeper.class);

    private final CaDirectory first;
    private final CaGenerations later;
    private final Clock clock;
    private final Map<Integer, Ca> opened = new HashMap<>();

    CaKeeper(CaDirectory first, CaGenerations later, Clock clock) {
        this.first = first;
        this.later = later;
        this.clock = clock;
    }

    /**
     * What holds in this phase, kept for the commands that need no running process.
     *
     * @param rotations all that ever were; the last one may be open
     * @param issuedBefore whether the store knows certificates; then no CA is made
     * @throws CannotStart when nothing can be issued or told any more; names the file and the remedy
     */
    synchronized CaState load(List<Rotation> rotations, boolean issuedBefore) throws IOException {
        var state = rotations.isEmpty() ? alone(issuedBefore) : during(rotations.get(rotations.size() - 1), rotations);
        later.publish(state.trusted(), state.issuing().number());
        return state;
    }

    private CaState alone(boolean issuedBefore) throws IOException {
        int number = later.published().orElse(1);
        var ca = number == 1 ? first(issuedBefore) : later(number);
        later.demandValid(ca, clock.instant());
        var since = ca.root().getNotBefore().toInstant();
        return new CaState(ca, List.of(ca), List.of(ca), List.of(ca.root()), since, List.of(), null);
    }

    private CaState during(Rotation rotation, List<Rotation> rotations) throws IOException {
        var phase = rotation.phase();
        int wanted = phase.issuesFromNew() ? rotation.newNumber() : rotation.oldNumber();
        int other = phase.issuesFromNew() ? rotation.oldNumber() : rotation.newNumber();
        boolean bothServe = phase != Phase.PREPARED && phase != Phase.ABORTED;
        var issuing = wanted == 1 ? first(true) : later.has(wanted) ? later(wanted) : null;
        var beside = bothServe ? quietly(other) : null;
        boolean lacks = issuing == null;
        if (issuing == null) {
            issuing = beside == null ? quietly(other) : beside;
            tellLacking(wanted);
        }
        if (issuing == null) {
            throw new CannotStart(
                    "the CA in DATA/ca lacks the folder " + wanted
                            + ", whose generation issues: copy it from another node of the authority, or restore it from a backup");
        }
        if (!lacks) {
            later.demandValid(issuing, clock.instant());
        }
        var serving = new ArrayList<>(List.of(issuing));
        if (beside != null && beside.number() != issuing.number()) {
            serving.add(beside);
        }
        var trusted = trusted(rotation);
        var accepted = serving.stream()
                .filter(ca -> trusted.contains(ca.root()))
                .filter(ca -> rotation.oldRevokedAt() == null || ca.number() != rotation.oldNumber())
                .toList();
        return new CaState(
                issuing, serving, accepted, trusted, rotation.bundleAt(), revoked(rotations), lacks ? wanted : null);
    }

    private static List<CaState.Revoked> revoked(List<Rotation> rotations) {
        var revoked = new ArrayList<CaState.Revoked>();
        for (Rotation rotation : rotations) {
            var at = rotation.oldRevokedAt();
            if (at != null) {
                var intermediate = Pem.certificates(rotation.oldIssuer()).get(0);
                revoked.add(new CaState.Revoked(
                        Pem.certificates(rotation.oldRoot()).get(0),
                        new RevokedCertificate(
                                SerialNumber.of(intermediate),
                                at,
                                RevocationReason.SUPERSEDED,
                                intermediate.getNotAfter().toInstant())));
            }
        }
        return revoked;
    }

    /** The root of the one that issues first. */
    static List<X509Certificate> trusted(Rotation rotation) {
        var phase = rotation.phase();
        var trusted = new ArrayList<X509Certificate>();
        if (phase.trustsNew()) {
            trusted.addAll(Pem.certificates(rotation.newRoot()));
        }
        if (phase.trustsOld()) {
            trusted.addAll(phase.issuesFromNew() ? trusted.size() : 0, Pem.certificates(rotation.oldRoot()));
        }
        return trusted.stream().distinct().toList();
    }

    /** A new generation, not in use yet. */
    synchronized Ca make(int number, Kind kind, Ca old) throws IOException {
        var made = later.make(number, kind, old, root(old));
        opened.put(number, made);
        return made;
    }

    boolean has(int number) {
        return number == 1 || later.has(number);
    }

    /** The root of a generation with its key, read anew for one signature or two. */
    Issuer root(Ca ca) throws IOException {
        return ca.rootNumber() == 1 ? first.root() : later.root(ca.rootNumber());
    }

    private Ca first(boolean issuedBefore) {
        return opened.computeIfAbsent(1, number -> first.open(issuedBefore));
    }

    private Ca later(int number) throws IOException {
        var there = opened.get(number);
        if (there == null) {
            there = later.open(number);
            opened.put(number, there);
        }
        return there;
    }

    /** One that does not issue: its keys may have been taken away. */
    private @Nullable Ca quietly(int number) {
        try {
            return number == 1 ? first(true) : later.has(number) ? later(number) : null;
        } catch (CannotStart | IOException gone) {
            log.atWarn()
                    .addKeyValue("generation", number)
                    .addKeyValue("reason", gone.getMessage())
                    .log(
                            "a generation of the CA that does not issue cannot be opened: it has no CRL and no OCSP answers");
            return null;
        }
    }

    private static void tellLacking(int number) {
        log.atError()
                .addKeyValue("generation", number)
                .log(
                        "this node lacks the keys with which the CA issues, so it issues nothing: copy the folder of that number"
                                + " in DATA/ca from the node that made it");
    }
}
