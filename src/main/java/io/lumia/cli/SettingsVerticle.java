package io.lumia.cli;

import static io.lumia.bus.FleetBus.CHANGE_SETTINGS;
import static io.lumia.bus.FleetBus.CHANGE_WHITELIST;
import static io.lumia.bus.FleetBus.DESCRIBE_SETTINGS;
import static io.lumia.bus.FleetBus.RELOAD_SETTINGS;
import static io.lumia.bus.FleetBus.THRESHOLDS_CHANGED;

import io.lumia.bus.Call;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ChangeSettings;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.RunningSetting;
import io.lumia.bus.FleetBus.SettingsOutcome;
import io.lumia.bus.FleetBus.SettingsState;
import io.lumia.bus.FleetBus.ThresholdsChanged;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.lumia.cli.RunningSettings.Change;
import io.lumia.config.ConfigurationUnusable;
import io.lumia.config.LogConfig;
import io.lumia.tls.FileStamps;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes changed settings while everything runs: from the files, when they change or an operator says so, and from the API. */
final class SettingsVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(SettingsVerticle.class);
    private static final String FILE = "configuration file";

    private final RunningSettings settings;
    private final List<Path> files;
    private final Duration interval;
    private final Consumer<LogConfig.Level> logging;
    private final Clock clock;
    private FileStamps taken = FileStamps.NONE;
    private FileStamps seen = FileStamps.NONE;
    private Future<?> turn = Future.succeededFuture();

    /**
     * @param files that are watched
     * @param interval zero: they are not
     * @param logging takes the level
     */
    SettingsVerticle(
            RunningSettings settings,
            List<Path> files,
            Duration interval,
            Consumer<LogConfig.Level> logging,
            Clock clock) {
        this.settings = settings;
        this.files = List.copyOf(files);
        this.interval = interval;
        this.logging = logging;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> FileStamps.of(files), false).compose(now -> {
            taken = now;
            seen = now;
            if (!files.isEmpty() && interval.toMillis() > 0) {
                var timer = vertx.setPeriodic(interval.toMillis(), tick -> look());
                assert timer >= 0;
            }
            return Future.all(
                    DESCRIBE_SETTINGS.serve(vertx, asked -> Future.succeededFuture(state())),
                    CHANGE_SETTINGS.serve(vertx, this::change),
                    RELOAD_SETTINGS.serve(vertx, asked -> reload(asked.actor())));
        });
    }

    /** Twice the same: a file that is being written is not taken for a short one. */
    private void look() {
        var unused = vertx.executeBlocking(() -> FileStamps.of(files), false).compose(now -> {
            boolean settled = now.equals(seen);
            seen = now;
            return settled && !now.equals(taken) ? reload(FILE) : Future.succeededFuture();
        });
    }

    private Future<SettingsOutcome> reload(String actor) {
        return inTurn("settings.reload", actor, Map.of(), () -> {
            taken = FileStamps.of(files);
            return settings.reload();
        });
    }

    private Future<SettingsOutcome> change(ChangeSettings wanted) {
        for (String key : wanted.values().keySet()) {
            if (!RunningSettings.BY_API.contains(key)) {
                return refused("settings.change", wanted.actor(), Map.of(), "the setting '" + key + "' " + remedy(key));
            }
        }
        var details = new TreeMap<String, String>();
        wanted.values().forEach((key, value) -> details.put(key, value == null ? "as in the files" : value));
        return inTurn("settings.change", wanted.actor(), details, () -> settings.set(wanted.values()));
    }

    private static String remedy(String key) {
        return key.equals(RunningSettings.WHITELIST)
                ? "is changed at /api/v1/provisioning/whitelist"
                : "does not change at run time: write it into the configuration file and start anew; these do: "
                        + String.join(
                                ", ", RunningSettings.BY_API.stream().sorted().toList());
    }

    /** One change after the other; reading files and converting values is not for an event loop. */
    private Future<SettingsOutcome> inTurn(
            String action, String actor, Map<String, String> details, Callable<Change> work) {
        var mine = turn.transform(before -> vertx.executeBlocking(work, false))
                .compose(change -> apply(change, actor).map(done -> took(action, actor, details, change)))
                .recover(failed -> failed instanceof ConfigurationUnusable unusable
                        ? refused(action, actor, details, String.valueOf(unusable.getMessage()))
                        : Future.failedFuture(failed));
        turn = mine;
        return mine;
    }

    private Future<?> apply(Change change, String actor) {
        var after = change.after();
        if (change.changed().containsKey(RunningSettings.LOG_LEVEL)) {
            logging.accept(after.log().level());
        }
        if (change.changed().containsKey(RunningSettings.WARNING)
                || change.changed().containsKey(RunningSettings.CRITICAL)) {
            THRESHOLDS_CHANGED.publish(
                    vertx,
                    new ThresholdsChanged(
                            after.expiry().warning(), after.expiry().critical()));
        }
        return change.changed().containsKey(RunningSettings.WHITELIST)
                ? whitelist(change, actor)
                : Future.succeededFuture();
    }

    /** What the file has more or less than before, on top of what operators did. */
    private Future<?> whitelist(Change change, String actor) {
        var before = texts(change.before().provisioning().whitelist());
        var after = texts(change.after().provisioning().whitelist());
        var add = new ArrayList<>(after);
        add.removeAll(before);
        var remove = new ArrayList<>(before);
        remove.removeAll(after);
        return CHANGE_WHITELIST
                .ask(vertx, new ChangeWhitelist(add, remove, actor))
                .onSuccess(outcome -> {
                    if (outcome instanceof WhitelistOutcome.Refused refused) {
                        log.atWarn().addKeyValue("reason", refused.detail()).log("the changed whitelist was refused");
                    }
                })
                .recover(failed -> Call.isAbsent(failed) ? Future.succeededFuture() : Future.failedFuture(failed));
    }

    private static List<String> texts(List<?> ranges) {
        return ranges.stream().map(String::valueOf).toList();
    }

    private SettingsOutcome took(String action, String actor, Map<String, String> details, Change change) {
        var restart = settings.needRestart();
        var told = new TreeMap<>(details);
        told.putAll(change.changed());
        if (!restart.isEmpty()) {
            told.put("needRestart", String.join(" ", restart));
        }
        audit(actor, action, "ok", told);
        log.atInfo()
                .addKeyValue("actor", actor)
                .addKeyValue("changed", change.changed())
                .log("settings taken");
        if (!restart.isEmpty()) {
            log.atWarn()
                    .addKeyValue("keys", restart)
                    .log("these settings differ from those in force and count from the next start");
        }
        return new SettingsOutcome.Taken(List.copyOf(change.changed().keySet()), state());
    }

    private Future<SettingsOutcome> refused(String action, String actor, Map<String, String> details, String why) {
        var told = new TreeMap<>(details);
        told.put("reason", why);
        audit(actor, action, "refused", told);
        log.atWarn().addKeyValue("actor", actor).addKeyValue("reason", why).log("settings refused; the old ones stay");
        return Future.succeededFuture(new SettingsOutcome.Refused(why));
    }

    private SettingsState state() {
        return new SettingsState(
                settings.all().stream()
                        .map(setting -> new RunningSetting(
                                setting.key(),
                                setting.value(),
                                settings.isSetAtRunTime(setting.key()) ? "run time" : setting.source(),
                                RunningSettings.AT_ONCE.contains(setting.key())))
                        .toList(),
                settings.needRestart());
    }

    private void audit(String actor, String action, String outcome, Map<String, String> details) {
        FleetBus.AUDITED.publish(vertx, new Audited(clock.instant(), actor, action, "settings", outcome, details));
    }
}
