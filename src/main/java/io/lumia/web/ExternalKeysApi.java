package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AddExternalKey;
import io.lumia.bus.FleetBus.AddExternalKeyOutcome;
import io.lumia.bus.FleetBus.ExternalKey;
import io.lumia.bus.FleetBus.ListExternalKeys;
import io.lumia.bus.FleetBus.RemoveExternalKey;
import io.lumia.bus.FleetBus.RemoveExternalKeyOutcome;
import io.lumia.x509.Printable;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /ca/eab}: keys for external account binding. */
final class ExternalKeysApi {
    private static final String USUAL_PROVISIONER = "acme";

    void mount(ApiRoutes api) {
        api.get("/ca/eab", Role.VIEWER, this::list);
        api.post("/ca/eab", Role.ADMIN, this::add);
        api.delete("/ca/eab/:id", Role.ADMIN, this::remove);
    }

    private record KeyView(
            String id,
            String provisioner,
            String label,
            String createdAt,
            @Nullable String account,
            @Nullable String boundAt) {
        static KeyView of(ExternalKey key) {
            var boundAt = key.boundAt();
            return new KeyView(
                    key.id(),
                    key.provisioner(),
                    key.label(),
                    key.createdAt().toString(),
                    key.account(),
                    boundAt == null ? null : boundAt.toString());
        }
    }

    private record KeysView(List<KeyView> keys) {}

    private void list(RoutingContext context) {
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.LIST_EXTERNAL_KEYS, new ListExternalKeys(), "authority")
                        .map(found -> new KeysView(
                                found.keys().stream().map(KeyView::of).toList())));
    }

    private void add(RoutingContext context) {
        var body = RequestBody.of(context, Set.of("provisioner", "label"));
        var wanted = new AddExternalKey(
                body.text("provisioner").orElse(USUAL_PROVISIONER),
                body.text("label").orElse(""),
                Operator.of(context).name());
        Answers.send(
                context,
                201,
                Answers.ask(context, FleetBus.ADD_EXTERNAL_KEY, wanted, "authority")
                        .map(ExternalKeysApi::added));
    }

    private static Map<String, String> added(AddExternalKeyOutcome outcome) {
        if (outcome instanceof AddExternalKeyOutcome.Refused refused) {
            throw Rejected.badRequest(refused.detail());
        }
        var added = (AddExternalKeyOutcome.Added) outcome;
        var view = new LinkedHashMap<String, String>();
        view.put("id", added.key().id());
        view.put("hmacKey", added.hmacKey());
        view.put("provisioner", added.key().provisioner());
        view.put("label", added.key().label());
        view.put("createdAt", added.key().createdAt().toString());
        return view;
    }

    private void remove(RoutingContext context) {
        var id = String.valueOf(context.pathParam("id"));
        Answers.send(
                context,
                200,
                Answers.ask(
                                context,
                                FleetBus.REMOVE_EXTERNAL_KEY,
                                new RemoveExternalKey(id, Operator.of(context).name()),
                                "authority")
                        .map(outcome -> {
                            if (outcome == RemoveExternalKeyOutcome.UNKNOWN) {
                                throw Rejected.notFound("there is no external key " + Printable.quoted(id));
                            }
                            return Map.of("removed", id);
                        }));
    }
}
