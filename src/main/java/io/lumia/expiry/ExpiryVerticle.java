package io.lumia.expiry;

import static io.lumia.bus.FleetBus.CERTIFICATE_EXPIRING;
import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.CertificateExpiring;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.config.ExpiryConfig;
import io.lumia.lifecycle.ExpiryLevel;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the certificates of the CA and of our listeners; says so, once for each change of level. */
public final class ExpiryVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(ExpiryVerticle.class);

    private final ExpiryConfig config;
    private final Clock clock;
    private final Map<String, Watched> certificates = new HashMap<>();
    private final Map<String, ExpiryLevel> levels = new HashMap<>();

    private record Watched(Instant issuedAt, Instant notAfter) {}

    public ExpiryVerticle(ExpiryConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(config.interval().toMillis(), tick -> look());
        return LISTENER_RELOADED.listen(
                vertx,
                served -> certificates.put(
                        served.listener(),
                        new Watched(served.issuedAt(), served.validity().notAfter())));
    }

    private void look() {
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
    private Watched longLived(Instant notAfter) {
        return new Watched(notAfter.minus(config.warning().multipliedBy(4)).minus(Duration.ofDays(1)), notAfter);
    }

    private void judge() {
        certificates.forEach((identity, watched) -> {
            var level = ExpiryLevel.at(
                    clock.instant(), watched.issuedAt, watched.notAfter, config.warning(), config.critical());
            var before = levels.put(identity, level);
            if (level != before && (before != null || level != ExpiryLevel.HEALTHY)) {
                tell(identity, watched, level);
            }
        });
    }

    private void tell(String identity, Watched watched, ExpiryLevel level) {
        CERTIFICATE_EXPIRING.publish(vertx, new CertificateExpiring(identity, watched.notAfter, level.label()));
        log.atLevel(level == ExpiryLevel.HEALTHY ? org.slf4j.event.Level.INFO : org.slf4j.event.Level.WARN)
                .addKeyValue("identity", identity)
                .addKeyValue("level", level.label())
                .addKeyValue("notAfter", watched.notAfter)
                .log("certificate expiry level changed");
    }
}
