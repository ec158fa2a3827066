package io.lumia.broker.handshake;

import io.lumia.broker.handshake.WaitingRoom.Load;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of each storm of clients twice, when it begins and when it is over, however many come. Looked at by one thread. */
public final class StormLog {
    private static final Logger log = LoggerFactory.getLogger(StormLog.class);
    private static final Duration CALM = Duration.ofSeconds(10);
    /** A pause of the machine delays as many without any storm. */
    private static final long FEW = 20;

    private @Nullable Instant began;
    private Instant last = Instant.MIN;
    private Load before = new Load(0, 0, 0, 0);
    private Load atBegin = before;

    /** @return whether there is a storm */
    public boolean look(Load load, Instant now) {
        long delayed = load.delayed() - before.delayed();
        boolean turnedAway = load.turnedAway() > before.turnedAway();
        if (delayed > 0 || turnedAway) {
            last = now;
        }
        if (began == null && (delayed > FEW || turnedAway)) {
            began = now;
            atBegin = before;
            log.atWarn()
                    .addKeyValue("waiting", load.waiting())
                    .addKeyValue("turnedAway", load.turnedAway() - before.turnedAway())
                    .log("more clients connect than the broker can take at once; see broker.limits.arrivals");
        } else if (began != null && now.isAfter(last.plus(CALM))) {
            tellEnd(load, Duration.between(began, last));
            began = null;
        }
        before = load;
        return began != null;
    }

    private void tellEnd(Load load, Duration lasted) {
        log.atInfo()
                .addKeyValue("seconds", lasted.toSeconds())
                .addKeyValue("delayed", load.delayed() - atBegin.delayed())
                .addKeyValue("turnedAway", load.turnedAway() - atBegin.turnedAway())
                .log("the storm of connecting clients is over");
    }
}
