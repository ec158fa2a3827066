package io.lumia.expiry;

import static io.lumia.bus.FleetBus.CERTIFICATE_EXPIRING;

import io.lumia.bus.FleetBus.CertificateExpiring;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The level of everything that is watched; tells each change once. What is healthy when first seen is no news. Of one context. */
final class Levels {
    private static final Logger log = LoggerFactory.getLogger(Levels.class);
    private static final String HEALTHY = Verdict.HEALTHY.label();

    private final Vertx vertx;
    private final Clock clock;
    private final Consumer<LevelChange> hooks;
    private final Map<String, String> levels = new HashMap<>();

    Levels(Vertx vertx, Clock clock, Consumer<LevelChange> hooks) {
        this.vertx = vertx;
        this.clock = clock;
        this.hooks = hooks;
    }

    void set(String identity, String level, @Nullable Instant notAfter, String detail) {
        var before = levels.put(identity, level);
        if (level.equals(before) || (before == null && level.equals(HEALTHY))) {
            return;
        }
        if (notAfter != null) {
            CERTIFICATE_EXPIRING.publish(vertx, new CertificateExpiring(identity, notAfter, level));
        }
        log.atLevel(level.equals(HEALTHY) ? Level.INFO : Level.WARN)
                .addKeyValue("identity", identity)
                .addKeyValue("level", level)
                .addKeyValue("notAfter", notAfter)
                .addKeyValue("detail", detail)
                .log("certificate expiry level changed");
        hooks.accept(new LevelChange(clock.instant(), identity, level, before, notAfter, detail));
    }
}
