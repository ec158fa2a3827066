package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RenewListener;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Kept;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Renewed;
import io.lumia.http.Problem;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** {@code /listeners/NAME/renew}: a new key and certificate for one of our own listeners now, whenever it would be due. */
final class ListenersApi {
    private static final List<String> LISTENERS = List.of("broker", "authority", "gui");

    void mount(ApiRoutes api) {
        api.post("/listeners/:name/renew", Role.OPERATOR, this::renew);
    }

    private record RenewedView(String listener, String serial, String notAfter) {}

    private void renew(RoutingContext context) {
        var listener = String.valueOf(context.pathParam("name"));
        if (!LISTENERS.contains(listener)) {
            throw Rejected.notFound("no such listener; there are " + String.join(", ", LISTENERS));
        }
        Answers.send(
                context,
                200,
                Answers.ask(
                                context,
                                FleetBus.renewListener(listener),
                                new RenewListener(Operator.of(context).name()),
                                listener)
                        .map(outcome -> view(listener, outcome)));
    }

    private static RenewedView view(String listener, RenewListenerOutcome outcome) {
        if (outcome instanceof Kept kept) {
            throw new Rejected(Problem.of(
                    409,
                    kept.reason(),
                    "The listener keeps its certificate",
                    kept.detail() + "; the old one is served"));
        }
        var renewed = (Renewed) outcome;
        return new RenewedView(
                listener,
                renewed.serial().toString(),
                renewed.validity().notAfter().toString());
    }
}
