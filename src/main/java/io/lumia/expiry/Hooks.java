package io.lumia.expiry;

import static io.lumia.bus.FleetBus.HOOK_RUN;

import io.lumia.bus.FleetBus.HookRun;
import io.lumia.config.HooksConfig;
import io.lumia.lifecycle.RetrySchedule;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells others of each change of level: a webhook and a command, each tried several times and for a bounded time. */
final class Hooks {
    private static final Logger log = LoggerFactory.getLogger(Hooks.class);
    private static final RetrySchedule RETRY = new RetrySchedule(Duration.ofSeconds(2), Duration.ofMinutes(1));

    private final Vertx vertx;
    private final int tries;
    private final RandomGenerator randomness;
    private final Map<String, Function<LevelChange, Future<Void>>> hooks = new LinkedHashMap<>();

    Hooks(Vertx vertx, HooksConfig config, RandomGenerator randomness) {
        this.vertx = vertx;
        this.tries = config.tries();
        this.randomness = randomness;
        if (config.webhook() != null) {
            hooks.put("webhook", new Webhook(vertx, config.webhook(), config)::tell);
        }
        if (!config.command().isEmpty()) {
            hooks.put("command", new HookCommand(vertx, config)::tell);
        }
    }

    void tell(LevelChange change) {
        hooks.forEach((name, hook) -> attempt(name, hook, change, 1));
    }

    private void attempt(String name, Function<LevelChange, Future<Void>> hook, LevelChange change, int attempt) {
        hook.apply(change)
                .onSuccess(told -> HOOK_RUN.publish(vertx, new HookRun(name, "done")))
                .onFailure(failed -> failed(name, hook, change, attempt, failed));
    }

    private void failed(
            String name, Function<LevelChange, Future<Void>> hook, LevelChange change, int attempt, Throwable reason) {
        boolean last = attempt >= tries;
        HOOK_RUN.publish(vertx, new HookRun(name, last ? "given_up" : "failed"));
        log.atWarn()
                .addKeyValue("hook", name)
                .addKeyValue("identity", change.identity())
                .addKeyValue("level", change.level())
                .addKeyValue("attempt", attempt)
                .addKeyValue("reason", reason.getMessage())
                .log(last ? "an expiry hook failed and is given up" : "an expiry hook failed and is tried again");
        if (!last) {
            var unused = vertx.setTimer(
                    RETRY.delay(attempt, randomness).toMillis(), again -> attempt(name, hook, change, attempt + 1));
        }
    }
}
