package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.lumia.config.Durations;
import io.lumia.web.Operator;
import io.lumia.web.Role;
import io.lumia.web.live.Happened;
import io.lumia.web.live.Happened.Refusal;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who may get a first certificate, and for how long. */
final class ProvisioningPages implements Gui.Pages {
    private static final String PATH = "/provisioning";
    private static final Duration LONGEST = Duration.ofDays(366);

    private final Screens screens;
    private final Happened happened;

    ProvisioningPages(Screens screens, Happened happened) {
        this.screens = screens;
        this.happened = happened;
    }

    /**
     * @param entries that somebody wanted to add and that do not fit; empty at first
     * @param wrongEntries why; null: nothing is
     * @param wrongTime why the time does not fit; null: it does
     */
    record Provisioning(
            ProvisioningState state,
            List<Refusal> refusals,
            String entries,
            @Nullable String wrongEntries,
            @Nullable String wrongTime) {
        /** Whether this refusal ends when its address is allowed. */
        boolean isCurable(Refusal refusal) {
            return refusal.told().result().equals("not_whitelisted")
                    && !state.whitelist().contains(refusal.told().address());
        }
    }

    @Override
    public void mount(Router router) {
        router.get(PATH).handler(context -> show(context, 200, "", null, null));
        router.get(PATH + "/off")
                .handler(context -> screens.show(
                        context,
                        "provisioningOff",
                        screens.shell(context, "Turn provisioning off", Section.PROVISIONING),
                        state()));
        router.post(PATH + "/*").handler(Operator.requires(Role.OPERATOR, screens.clock()));
        router.post(PATH + "/on").handler(context -> turn(context, true));
        router.post(PATH + "/off").handler(context -> turn(context, false));
        router.post(PATH + "/allow").handler(this::allow);
        router.post(PATH + "/deny").handler(this::deny);
    }

    private void turn(RoutingContext context, boolean on) {
        @Nullable Duration offAfter;
        try {
            offAfter = on ? time(context.request().getFormAttribute("off-after")) : null;
        } catch (IllegalArgumentException malformed) {
            show(context, 422, "", null, "A time such as 15m or 2h, or nothing: " + malformed.getMessage() + ".");
            return;
        }
        var wanted = new SwitchProvisioning(on, offAfter, Operator.of(context).name());
        var unused = screens.ask(FleetBus.SWITCH_PROVISIONING, wanted, "provisioning")
                .onSuccess(done -> Screens.go(context, PATH, Done.SWITCHED))
                .onFailure(context::fail);
    }

    /** Null: the configured time. */
    private static @Nullable Duration time(@Nullable String given) {
        if (given == null || given.isBlank()) {
            return null;
        }
        var time = Durations.parse(given.strip());
        if (time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("it must be from 0s (no timer) to 366d");
        }
        return time;
    }

    private void allow(RoutingContext context) {
        var text = Objects.requireNonNullElse(context.request().getFormAttribute("entries"), "");
        var entries = Arrays.stream(text.split("[\\s,]+"))
                .filter(entry -> !entry.isEmpty())
                .toList();
        if (entries.isEmpty()) {
            show(context, 422, "", "Name at least one address or range, such as 10.0.0.0/24.", null);
            return;
        }
        change(context, entries, List.of(), text);
    }

    private void deny(RoutingContext context) {
        change(context, List.of(), context.request().formAttributes().getAll("entry"), "");
    }

    private void change(RoutingContext context, List<String> add, List<String> remove, String written) {
        var wanted = new ChangeWhitelist(add, remove, Operator.of(context).name());
        var unused = screens.ask(FleetBus.CHANGE_WHITELIST, wanted, "provisioning")
                .onSuccess(outcome -> {
                    if (outcome instanceof WhitelistOutcome.Refused refused) {
                        show(context, 422, written, refused.detail() + ".", null);
                    } else {
                        Screens.go(context, PATH, Done.WHITELISTED);
                    }
                })
                .onFailure(context::fail);
    }

    private void show(
            RoutingContext context,
            int status,
            String entries,
            @Nullable String wrongEntries,
            @Nullable String wrongTime) {
        var shell = screens.shell(context, "Provisioning", Section.PROVISIONING);
        var unused = state().onSuccess(state -> screens.show(
                        context,
                        status,
                        "provisioning",
                        shell,
                        new Provisioning(state, happened.refusals(), entries, wrongEntries, wrongTime)))
                .onFailure(context::fail);
    }

    private Future<ProvisioningState> state() {
        return screens.ask(FleetBus.DESCRIBE_PROVISIONING, new DescribeProvisioning(), "provisioning");
    }
}
