package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.http.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who sends a request, once authenticated.
 *
 * @param name of the token, or {@code certificate:} and the certificate's common name; for the audit log and {@code requester}, no ground for any
 *     right
 * @param how it was shown who it is
 */
public record Operator(String name, Role role, How how) {
    private static final String KEY = Operator.class.getName();

    /** Ways to show who one is. */
    public enum How {
        TOKEN,
        SESSION,
        CERTIFICATE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Who sends this request. @throws IllegalStateException on a route that demands nobody */
    public static Operator of(RoutingContext context) {
        return find(context).orElseThrow(() -> new IllegalStateException("nobody is authenticated on this route"));
    }

    /** Who sends this request, where that is known. */
    static Optional<Operator> find(RoutingContext context) {
        return context.get(KEY) instanceof Operator operator ? Optional.of(operator) : Optional.empty();
    }

    /** Stops whoever may not do what {@code role} may. For a route behind authentication. */
    public static Handler<RoutingContext> requires(Role role, Clock clock) {
        return context -> {
            demand(context, role, clock);
            context.next();
        };
    }

    /** Ends the request with 403, audited, unless its sender may do what {@code role} may. */
    static void demand(RoutingContext context, Role role, Clock clock) {
        var operator = of(context);
        if (operator.role().covers(role)) {
            return;
        }
        operator.tellForbidden(context, role, clock);
        throw new Rejected(Problem.of(
                403,
                "forbidden",
                "Role not sufficient",
                "this needs the role " + role.label() + ", " + operator.name() + " has "
                        + operator.role().label()));
    }

    /** Remembers with the request that it is this one's. */
    void sends(RoutingContext context) {
        context.put(KEY, this);
    }

    private void tellForbidden(RoutingContext context, Role needed, Clock clock) {
        var request = context.request();
        FleetBus.AUDITED.publish(
                context.vertx(),
                new Audited(
                        clock.instant(),
                        name,
                        "admin.authorize",
                        request.method() + " " + request.path(),
                        "refused",
                        Map.of("role", role.label(), "needed", needed.label(), "how", how.label())));
    }
}
