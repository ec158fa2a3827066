package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Map;

/** Tells the audit log what operators did through the admin API. */
record AuditTrail(Vertx vertx, Clock clock) {
    /** The actor of everything done with the admin token. */
    static final String OPERATOR = "operator";

    void done(String action, String object, Map<String, String> details) {
        FleetBus.AUDITED.publish(vertx, new Audited(clock.instant(), OPERATOR, action, object, "ok", details));
    }

    void refused(String action, String object, String reason) {
        FleetBus.AUDITED.publish(
                vertx, new Audited(clock.instant(), OPERATOR, action, object, "refused", Map.of("reason", reason)));
    }
}
