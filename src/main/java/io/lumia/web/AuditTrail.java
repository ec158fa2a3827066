package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Map;

/** Tells the audit log what operators were refused; what they did is told by the parts that did it. */
record AuditTrail(Vertx vertx, Clock clock) {
    /** An act that no part tells of. */
    void done(RoutingContext context, String action, String object, Map<String, String> details) {
        var actor = Operator.of(context).name();
        FleetBus.AUDITED.publish(vertx, new Audited(clock.instant(), actor, action, object, "ok", details));
    }

    void refused(RoutingContext context, String action, String object, String reason) {
        var actor = Operator.of(context).name();
        FleetBus.AUDITED.publish(
                vertx, new Audited(clock.instant(), actor, action, object, "refused", Map.of("reason", reason)));
    }
}
