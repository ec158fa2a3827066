package io.lumia.expiry;

import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static io.lumia.bus.FleetBus.THRESHOLDS_CHANGED;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.ThresholdsChanged;
import io.lumia.config.ExpiryConfig;
import io.lumia.lifecycle.ExpiryLevel;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Watches the certificates of the CA and of our listeners, and what is configured; says so, once for each change of level. */
public final class ExpiryVerticle extends VerticleBase {
    private static final int LOOKS_AT_ONCE_AT_MOST = 100;

    private ExpiryConfig config;
    private final Clock clock;
    private final Function<Watch, List<Finding>> look;
    private final Map<String, Served> certificates = new HashMap<>();
    private @Nullable Levels levels;
    private @Nullable WatchRounds rounds;

    private record Served(Instant issuedAt, Instant notAfter) {}

    public ExpiryVerticle(ExpiryConfig config, Clock clock) {
        this(config, clock, new Look(clock, config.probeTimeout())::at);
    }

    ExpiryVerticle(ExpiryConfig config, Clock clock, Function<Watch, List<Finding>> look) {
        this.config = config;
        this.clock = clock;
        this.look = look;
    }

    @Override
    public Future<?> start() {
        levels = new Levels(vertx, clock, new Hooks(vertx, config.hooks(), new SecureRandom())::tell);
        rounds = new WatchRounds(
                vertx, watches(), look, levels, config.probeTimeout().multipliedBy(LOOKS_AT_ONCE_AT_MOST));
        vertx.setPeriodic(config.interval().toMillis(), tick -> look());
        rounds.begin();
        return LISTENER_RELOADED
                .listen(
                        vertx,
                        served -> certificates.put(
                                served.listener(),
                                new Served(served.issuedAt(), served.validity().notAfter())))
                .compose(listening -> THRESHOLDS_CHANGED.listen(vertx, this::take));
    }

    private void take(ThresholdsChanged changed) {
        config = config.withThresholds(changed.warning(), changed.critical());
        Objects.requireNonNull(rounds).watch(watches());
        look();
    }

    private List<Watch> watches() {
        return config.watch().entrySet().stream()
                .map(each -> Watch.of(each.getKey(), each.getValue(), config))
                .toList();
    }

    @Override
    public Future<?> stop() {
        return Objects.requireNonNull(rounds).close();
    }

    private void look() {
        Objects.requireNonNull(rounds).begin();
        DESCRIBE_AUTHORITY.ask(vertx, new DescribeAuthority()).onComplete(this::watchAuthority, elsewhere -> judge());
    }

    private void watchAuthority(AuthorityDescription authority) {
        certificates.put("ca-root", longLived(authority.rootNotAfter()));
        if (authority.intermediateNotAfter() != null) {
            certificates.put("ca-intermediate", longLived(authority.intermediateNotAfter()));
        }
        judge();
    }

    /** The absolute thresholds apply to a CA, however long it has lived. */
    private Served longLived(Instant notAfter) {
        return new Served(notAfter.minus(config.warning().multipliedBy(4)).minus(Duration.ofDays(1)), notAfter);
    }

    private void judge() {
        certificates.forEach((identity, served) -> {
            var level = ExpiryLevel.at(
                    clock.instant(), served.issuedAt, served.notAfter, config.warning(), config.critical());
            Objects.requireNonNull(levels).set(identity, level.label(), served.notAfter, "");
        });
    }
}
