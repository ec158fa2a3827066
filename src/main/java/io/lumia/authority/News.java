package io.lumia.authority;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.FollowNews;
import io.lumia.bus.FleetBus.Told;
import io.lumia.bus.FleetBus.TrustChanged;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What other processes must hear at once: revocations and changed roots, by long poll. The last ones are kept, so that nothing is missed between
 * two questions; who was away for longer, or since before a restart, is told that there is a gap.
 */
final class News {
    /** Shorter than those who ask, and what lies between, wait. */
    private static final Duration HELD = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final int most;
    private final String journal = UUID.randomUUID().toString();
    private final Deque<Record> kept = new ArrayDeque<>();
    private final Set<Promise<Void>> waiting = new LinkedHashSet<>();
    private long number;

    News(Vertx vertx, int most) {
        this.vertx = vertx;
        this.most = most;
    }

    Future<Void> serve() {
        return FleetBus.CERTIFICATE_REVOKED
                .listen(vertx, this::happened)
                .compose(listening -> FleetBus.TRUST_CHANGED.listen(vertx, this::happened))
                .compose(listening -> FleetBus.FOLLOW_NEWS.serve(vertx, this::follow));
    }

    private void happened(Record fact) {
        List<Promise<Void>> woken;
        synchronized (this) {
            number++;
            kept.addLast(fact);
            if (kept.size() > most) {
                kept.removeFirst();
            }
            woken = List.copyOf(waiting);
            waiting.clear();
        }
        woken.forEach(Promise::tryComplete);
    }

    private Future<Told> follow(FollowNews asked) {
        var there = since(asked);
        if (there != null) {
            return Future.succeededFuture(there);
        }
        var woken = Promise.<Void>promise();
        synchronized (this) {
            waiting.add(woken);
        }
        if (since(asked) != null) {
            woken.tryComplete(); // it happened in between
        }
        long timer = vertx.setTimer(HELD.toMillis(), late -> woken.tryComplete());
        return woken.future().map(now -> {
            vertx.cancelTimer(timer);
            return answered(asked, woken);
        });
    }

    private synchronized Told answered(FollowNews asked, Promise<Void> woken) {
        waiting.remove(woken);
        var there = since(asked);
        return there == null ? new Told(journal, number, false, List.of(), null) : there;
    }

    /** Null when there is nothing that the asker has not heard. */
    private synchronized @Nullable Told since(FollowNews asked) {
        if (!journal.equals(asked.journal())) {
            return new Told(journal, number, asked.journal() != null, List.of(), null);
        }
        if (asked.after() >= number) {
            return null;
        }
        long skip = asked.after() - (number - kept.size());
        if (skip < 0) {
            return new Told(journal, number, true, List.of(), null);
        }
        var revoked = new ArrayList<CertificateRevoked>();
        @Nullable TrustChanged trust = null;
        for (Record fact : kept.stream().skip(skip).toList()) {
            if (fact instanceof CertificateRevoked revocation) {
                revoked.add(revocation);
            } else if (fact instanceof TrustChanged changed) {
                trust = changed;
            }
        }
        return new Told(journal, number, false, revoked, trust);
    }
}
