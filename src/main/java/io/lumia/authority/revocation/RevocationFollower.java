package io.lumia.authority.revocation;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.store.Revocations.Since;
import io.lumia.store.Revocations.Told;
import io.lumia.store.Store;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other nodes revoke, read from the database every second: the next CRL and the own journal have it whatever becomes of the bus. Of what the
 * bus did not tell within a second or two, this process is told from here.
 */
final class RevocationFollower {
    private static final Logger log = LoggerFactory.getLogger(RevocationFollower.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    /** Time for the node that revoked to publish the CRL itself. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final int MOST_HEARD = 20_000;

    private final Vertx vertx;
    private final Store store;
    private final RevokedCertificates revoked;
    private final RevocationJournal journal;
    /** What was read in the last looks, by serial; read again until every transaction of its time has ended. */
    private final Map<SerialNumber, Long> read = new HashMap<>();

    private final Map<SerialNumber, Boolean> heard = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SerialNumber, Boolean> eldest) {
            return size() > MOST_HEARD;
        }
    };
    private List<Told> unheard = new ArrayList<>();
    private LongConsumer foreign = writer -> {};
    private long from;
    private long timer = -1;
    private boolean failing;

    private RevocationFollower(
            Vertx vertx, Store store, RevokedCertificates revoked, RevocationJournal journal, long from) {
        this.vertx = vertx;
        this.store = store;
        this.revoked = revoked;
        this.journal = journal;
        this.from = from;
    }

    /** Follows from this moment on; what was revoked before is to be read after this. */
    static Future<RevocationFollower> open(
            Vertx vertx, Store store, RevokedCertificates revoked, RevocationJournal journal) {
        return store.revocations()
                .since(Long.MAX_VALUE)
                .map(now -> new RevocationFollower(vertx, store, revoked, journal, now.next()));
    }

    /** @param foreign told the last writer of what was read, when the CRL should have it by now */
    Future<Void> start(LongConsumer foreign) {
        this.foreign = foreign;
        timer = vertx.setPeriodic(EVERY.toMillis(), tick -> {
            var unused = look();
        });
        return FleetBus.CERTIFICATE_REVOKED.listen(vertx, this::heard);
    }

    void close() {
        vertx.cancelTimer(timer);
    }

    /** Reads what is new. @return the next CRL lists whatever was revoked by writers before this one */
    Future<Long> look() {
        long since = from();
        return store.revocations()
                .since(since)
                .map(this::take)
                .onSuccess(done -> tellUnheard())
                .onFailure(this::failed);
    }

    private synchronized long from() {
        return from;
    }

    private synchronized void heard(CertificateRevoked told) {
        heard.put(told.serial(), true);
    }

    private long take(Since answer) {
        List<RevokedCertificate> fresh = new ArrayList<>();
        long last = 0;
        synchronized (this) {
            failing = false;
            for (Told told : answer.told()) {
                if (read.put(told.revoked().serial(), told.writtenBy()) == null) {
                    fresh.add(told.revoked());
                    last = Math.max(last, told.writtenBy());
                    unheard.add(told);
                }
            }
            from = Math.max(from, answer.next());
            read.values().removeIf(writer -> writer < from);
        }
        if (!fresh.isEmpty()) {
            taken(fresh, last);
        }
        return answer.next();
    }

    private void taken(List<RevokedCertificate> fresh, long last) {
        revoked.addAll(fresh);
        var unused = journal.append(fresh); // says itself what goes wrong, and tries again
        vertx.setTimer(GRACE.toMillis(), late -> foreign.accept(last));
    }

    /** Those of the look before this one: the bus has had its time. */
    private void tellUnheard() {
        List<Told> late;
        synchronized (this) {
            late = unheard.stream()
                    .filter(told -> !heard.containsKey(told.revoked().serial()))
                    .toList();
            unheard = new ArrayList<>();
        }
        if (!late.isEmpty()) {
            vertx.setTimer(EVERY.toMillis(), over -> late.forEach(this::tellIfUnheard));
        }
    }

    private void tellIfUnheard(Told told) {
        var revocation = told.revoked();
        synchronized (this) {
            if (heard.containsKey(revocation.serial())) {
                return;
            }
        }
        FleetBus.CERTIFICATE_REVOKED
                .local()
                .publish(
                        vertx,
                        new CertificateRevoked(
                                revocation.serial(),
                                told.identity(),
                                revocation.reason(),
                                revocation.revokedAt(),
                                "another node"));
    }

    private synchronized void failed(Throwable cause) {
        if (!failing) {
            failing = true;
            log.atWarn()
                    .setCause(cause)
                    .log("revocations of other nodes cannot be read; it is tried again every second");
        }
    }
}
