package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /provisioning} and its whitelist. The provisioning service audits the changes itself. */
final class ProvisioningApi {
    private static final String PART = "provisioning";
    private static final Duration LONGEST_TIMER = Duration.ofDays(366);

    void mount(ApiRoutes api) {
        api.get("/provisioning", Role.VIEWER, this::show);
        api.patch("/provisioning", Role.OPERATOR, this::change);
        api.get("/provisioning/whitelist", Role.VIEWER, this::showWhitelist);
        api.post("/provisioning/whitelist", Role.OPERATOR, this::addToWhitelist);
        api.delete("/provisioning/whitelist", Role.OPERATOR, this::removeFromWhitelist);
    }

    private void show(RoutingContext context) {
        Answers.send(context, 200, state(context).map(Views.Provisioning::of));
    }

    /** Members left out keep what they are, as in JSON Merge Patch (RFC 7396); {@code offAfter: null} removes the timer. */
    private void change(RoutingContext context) {
        var body = RequestBody.of(context, new LinkedHashSet<>(List.of("enabled", "offAfter")));
        var enabled = body.flag("enabled");
        @Nullable Duration offAfter = offAfter(body);
        if (enabled.isEmpty() && !body.has("offAfter")) {
            throw Rejected.badRequest("nothing to change; expected enabled, offAfter or both");
        }
        var wanted = enabled.map(Future::succeededFuture)
                .orElseGet(() -> state(context).map(ProvisioningState::enabled));
        Answers.send(
                context,
                200,
                wanted.compose(on -> Answers.ask(
                                context,
                                FleetBus.SWITCH_PROVISIONING,
                                new SwitchProvisioning(
                                        on, offAfter, Operator.of(context).name()),
                                PART))
                        .map(Views.Provisioning::of));
    }

    private void showWhitelist(RoutingContext context) {
        Answers.send(context, 200, state(context).map(now -> new Views.Whitelist(now.whitelist())));
    }

    private void addToWhitelist(RoutingContext context) {
        var body = RequestBody.of(context, new LinkedHashSet<>(List.of("entries", "add", "remove")));
        var add = new ArrayList<>(body.texts("entries"));
        add.addAll(body.texts("add"));
        change(context, add, body.texts("remove"));
    }

    private void removeFromWhitelist(RoutingContext context) {
        var named = context.queryParam("entry");
        change(
                context,
                List.of(),
                named.isEmpty() ? RequestBody.of(context, Set.of("entries")).texts("entries") : named);
    }

    private void change(RoutingContext context, List<String> add, List<String> remove) {
        if (add.isEmpty() && remove.isEmpty()) {
            throw Rejected.badRequest("nothing to change; name at least one address or CIDR range");
        }
        var wanted = new ChangeWhitelist(add, remove, Operator.of(context).name());
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.CHANGE_WHITELIST, wanted, PART).map(outcome -> {
                    if (outcome instanceof WhitelistOutcome.Refused refused) {
                        throw Rejected.unprocessable(refused.detail());
                    }
                    return Views.Provisioning.of(((WhitelistOutcome.Changed) outcome).state());
                }));
    }

    private static Future<ProvisioningState> state(RoutingContext context) {
        return Answers.ask(context, FleetBus.DESCRIBE_PROVISIONING, new DescribeProvisioning(), PART);
    }

    private static @Nullable Duration offAfter(RequestBody body) {
        if (body.isNull("offAfter")) {
            return Duration.ZERO;
        }
        var given = body.duration("offAfter").orElse(null);
        if (given != null && given.compareTo(LONGEST_TIMER) > 0) {
            throw Rejected.badRequest("the member 'offAfter' must be from 0s to 366d");
        }
        return given;
    }
}
