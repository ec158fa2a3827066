package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Map;

/** Tells the audit log what operators were refused; what they did is told by the parts that did it. */
record AuditTrail(Vertx vertx, Clock clock) {
    /** The actor of everything done with the admin token. */
    static final String OPERATOR = "operator";

    void refused(String action, String object, String reason) {
        FleetBus.AUDITED.publish(
                vertx, new Audited(clock.instant(), OPERATOR, action, object, "refused", Map.of("reason", reason)));
    }
}
