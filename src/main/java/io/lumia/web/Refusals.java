package io.lumia.web;

import io.lumia.access.TokenBuckets;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.http.ForwardedFor;
import io.lumia.x509.Printable;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells log and audit whom the listener turned away before anything was done. Told at a limited rate, of one address and of all, so that a
 * flood does not fill the disk; metrics count all. For one event loop.
 */
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);
    static final String REQUEST = "admin.request";
    private static final int A_MINUTE = 6;
    private static final int AT_ONCE = 20;
    private static final int ADDRESSES = 10_000;
    private static final int ALL_A_MINUTE = 120;
    private static final int ALL_AT_ONCE = 400;
    private static final String ALL = "all";
    private static final int LONGEST_PATH = 200;

    private final Vertx vertx;
    private final Clock clock;
    private final TokenBuckets<InetAddress> told = new TokenBuckets<>(A_MINUTE, AT_ONCE, ADDRESSES);
    private final TokenBuckets<String> together = new TokenBuckets<>(ALL_A_MINUTE, ALL_AT_ONCE, 1);

    Refusals(Vertx vertx, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    /** @param reason kind of the problem that is answered: {@code unauthorized} */
    void tell(HttpServerRequest request, String actor, String action, String reason) {
        var address = address(request);
        var now = clock.instant();
        if (told.take(address, now).isPresent() || together.take(ALL, now).isPresent()) {
            return;
        }
        var asked = request.method() + " " + Printable.quoted(String.valueOf(request.path()), LONGEST_PATH);
        log.atWarn()
                .addKeyValue("address", address.getHostAddress())
                .addKeyValue("actor", actor)
                .addKeyValue("request", asked)
                .addKeyValue("reason", reason)
                .log("admin API refused a request");
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        now,
                        actor,
                        action,
                        address.getHostAddress(),
                        "refused",
                        Map.of("reason", reason, "request", asked)));
    }

    /** Tells what failed on the way as an attack may fail: a body too large, or one that never came to its end. */
    void failed(RoutingContext context) {
        var actor = Operator.find(context).map(Operator::name).orElse(Authentication.NOBODY);
        if (context.statusCode() == 413) {
            tell(context.request(), actor, REQUEST, "too-large");
        } else if (context.failure() instanceof HttpClosedException) {
            tell(context.request(), actor, REQUEST, "incomplete-body");
        }
    }

    /** What is no HTTP request. */
    void malformed(HttpServerRequest request) {
        tell(request, Authentication.NOBODY, REQUEST, "malformed-request");
    }

    static InetAddress address(HttpServerRequest request) {
        return ForwardedFor.socket(request.remoteAddress().hostAddress());
    }
}
