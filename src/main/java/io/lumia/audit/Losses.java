package io.lumia.audit;

import io.lumia.bus.FleetBus.Audited;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the acts that could not be written, until the log can tell how many they were. For one event loop. */
final class Losses {
    static final String LOST = "audit.lost";

    private long lost;
    private long told;
    private @Nullable Instant since;

    void count(Instant now) {
        lost++;
        since = since == null ? now : since;
    }

    /** All of them since the start. */
    long total() {
        return told + lost;
    }

    boolean any() {
        return lost > 0;
    }

    /** What the log says as soon as it can be written. */
    Audited act(Instant now) {
        return LogEnd.act(now, LOST, Map.of("lost", Long.toString(lost), "since", String.valueOf(since)));
    }

    /** They are in the log now. */
    void settle(Audited act) {
        long written = Long.parseLong(act.details().getOrDefault("lost", "0"));
        told += written;
        lost -= written;
        since = lost == 0 ? null : since;
    }
}
