package io.lumia.upstream;

import static io.lumia.bus.FleetBus.CERTIFICATE_REVOKED;
import static io.lumia.bus.FleetBus.FOLLOW_NEWS;
import static io.lumia.bus.FleetBus.NEWS_MISSED;
import static io.lumia.bus.FleetBus.TRUST_CHANGED;

import io.lumia.bus.FleetBus.FollowNews;
import io.lumia.bus.FleetBus.NewsMissed;
import io.lumia.bus.FleetBus.Told;
import io.vertx.core.Vertx;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells this process what happens at the authority of another, as soon as it happens. On one event loop. */
final class NewsFollower {
    private static final Logger log = LoggerFactory.getLogger(NewsFollower.class);
    private static final List<Long> WAITS_MS = List.of(100L, 250L, 500L, 1000L, 2000L);

    private final Vertx vertx;
    private FollowNews next = new FollowNews(null, 0);
    private int failures;
    private boolean stopped;

    NewsFollower(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Goes on by itself until {@link #stop}. */
    void follow() {
        if (!stopped) {
            FOLLOW_NEWS.ask(vertx, next).onComplete(this::heard, this::failed);
        }
    }

    void stop() {
        stopped = true;
    }

    private void heard(Told told) {
        if (failures > 0) {
            log.info("the authority tells of revocations again");
        }
        failures = 0;
        next = new FollowNews(told.journal(), told.upTo());
        told.revoked().forEach(revoked -> CERTIFICATE_REVOKED.publish(vertx, revoked));
        if (told.trust() != null) {
            TRUST_CHANGED.publish(vertx, told.trust());
        }
        if (told.gap()) {
            log.info(
                    "the authority was away or told too much to follow: every connected certificate is asked for again");
            NEWS_MISSED.publish(vertx, new NewsMissed());
        }
        follow();
    }

    private void failed(Throwable failure) {
        if (failures == 0 && !stopped) {
            log.atWarn()
                    .addKeyValue("reason", failure.getMessage())
                    .log(
                            "the authority tells nothing of revocations at the moment: live sessions stay until it is back");
        }
        long wait = WAITS_MS.get(Math.min(failures, WAITS_MS.size() - 1));
        failures++;
        vertx.setTimer(wait, waited -> follow());
    }
}
