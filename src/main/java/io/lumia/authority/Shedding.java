package io.lumia.authority;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RequestsShed;
import io.vertx.core.Vertx;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of requests that were turned away for want of room: once a second at most, since telling must not add to the load. */
final class Shedding {
    private static final Logger log = LoggerFactory.getLogger(Shedding.class);
    private static final long EVERY_MILLIS = 1000;

    private final Vertx vertx;
    private final Map<Limit, Long> untold = new EnumMap<>(Limit.class);

    /** Which setting of the block {@code authority} was reached. */
    enum Limit {
        REQUESTS,
        QUEUE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Shedding(Vertx vertx) {
        this.vertx = vertx;
    }

    /** One more. */
    synchronized void count(Limit reached) {
        if (untold.isEmpty()) {
            vertx.setTimer(EVERY_MILLIS, later -> tell());
        }
        untold.merge(reached, 1L, Long::sum);
    }

    private synchronized void tell() {
        untold.forEach((limit, count) -> {
            log.atWarn()
                    .addKeyValue("limit", "authority." + limit.label())
                    .addKeyValue("count", count)
                    .log("overloaded: requests were told to come back later");
            FleetBus.REQUESTS_SHED.publish(vertx, new RequestsShed(limit.label(), count));
        });
        untold.clear();
    }
}
