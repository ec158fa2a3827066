package io.lumia.authority.revocation;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.store.Store;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings journal and database together at the start: what either of them knows as revoked is revoked. */
final class JournalMerge {
    private static final Logger log = LoggerFactory.getLogger(JournalMerge.class);
    private static final int AT_ONCE = 1000;

    private final Vertx vertx;
    private final Store store;
    private final RevocationJournal journal;
    private final Clock clock;

    JournalMerge(Vertx vertx, Store store, RevocationJournal journal, Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Every revocation that is known afterwards.
     *
     * @param journaled what the journal holds
     */
    Future<List<RevokedCertificate>> run(List<RevokedCertificate> journaled) {
        return store.revocations().all().compose(stored -> {
            var onlyJournaled = without(journaled, stored);
            var onlyStored = without(stored, journaled);
            return putIntoStore(onlyJournaled, 0)
                    .onSuccess(done -> tellRestored(onlyJournaled))
                    .compose(done -> onlyStored.isEmpty() ? Future.succeededFuture() : journal.append(onlyStored))
                    .map(done -> {
                        var all = new ArrayList<>(stored);
                        all.addAll(onlyJournaled);
                        return all;
                    });
        });
    }

    /** The first revocation of a serial counts. */
    private static List<RevokedCertificate> without(List<RevokedCertificate> some, List<RevokedCertificate> others) {
        var known = new HashSet<SerialNumber>();
        others.forEach(other -> known.add(other.serial()));
        var left = new LinkedHashMap<SerialNumber, RevokedCertificate>();
        some.stream().filter(one -> !known.contains(one.serial())).forEach(one -> left.putIfAbsent(one.serial(), one));
        return List.copyOf(left.values());
    }

    private Future<Void> putIntoStore(List<RevokedCertificate> revoked, int from) {
        if (from >= revoked.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(revoked.size(), from + AT_ONCE);
        return store.write(handle -> {
                    for (RevokedCertificate one : revoked.subList(from, to)) {
                        boolean inserted = store.revocations().insert(handle, one);
                        boolean marked =
                                store.certificates().revoke(handle, one.serial(), one.reason(), one.revokedAt());
                        assert inserted || !marked;
                    }
                    return true;
                })
                .compose(written -> putIntoStore(revoked, to));
    }

    private void tellRestored(List<RevokedCertificate> revoked) {
        if (revoked.isEmpty()) {
            return;
        }
        log.atWarn()
                .addKeyValue("revocations", revoked.size())
                .log(
                        "the database lacked revocations of the journal, as after the restore of a backup; they hold again");
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        clock.instant(),
                        "authority",
                        "revocations.restore",
                        "journal",
                        "ok",
                        Map.of("revocations", Integer.toString(revoked.size()))));
    }
}
