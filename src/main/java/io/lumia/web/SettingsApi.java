package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ChangeSettings;
import io.lumia.bus.FleetBus.DescribeSettings;
import io.lumia.bus.FleetBus.ReloadSettings;
import io.lumia.bus.FleetBus.RunningSetting;
import io.lumia.bus.FleetBus.SettingsOutcome;
import io.lumia.bus.FleetBus.SettingsState;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** {@code /settings}: what is in force, some of it to be changed while Lumia runs. */
final class SettingsApi {
    private static final String PART = "settings";

    void mount(ApiRoutes api) {
        api.get("/settings", Role.ADMIN, this::show);
        api.patch("/settings", Role.ADMIN, this::change);
        api.post("/settings/reload", Role.ADMIN, this::reload);
    }

    /** @param changed keys of what took effect; with a change only */
    private record Answer(List<String> changed, List<RunningSetting> settings, List<String> needRestart) {
        static Answer of(List<String> changed, SettingsState state) {
            return new Answer(changed, state.settings(), state.needRestart());
        }
    }

    private void show(RoutingContext context) {
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.DESCRIBE_SETTINGS, new DescribeSettings(), PART)
                        .map(state -> Answer.of(List.of(), state)));
    }

    private void change(RoutingContext context) {
        var wanted = new ChangeSettings(
                RequestBody.values(context), Operator.of(context).name());
        if (wanted.values().isEmpty()) {
            throw Rejected.badRequest("nothing to change; name at least one setting, as {\"log.level\": \"debug\"}");
        }
        answer(context, Answers.ask(context, FleetBus.CHANGE_SETTINGS, wanted, PART));
    }

    private void reload(RoutingContext context) {
        var wanted = new ReloadSettings(Operator.of(context).name());
        answer(context, Answers.ask(context, FleetBus.RELOAD_SETTINGS, wanted, PART));
    }

    private static void answer(RoutingContext context, Future<SettingsOutcome> asked) {
        Answers.send(context, 200, asked.map(outcome -> {
            if (outcome instanceof SettingsOutcome.Taken taken) {
                return Answer.of(taken.changed(), taken.state());
            }
            throw Rejected.unprocessable(((SettingsOutcome.Refused) outcome).detail());
        }));
    }
}
