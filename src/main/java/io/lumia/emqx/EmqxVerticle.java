package io.lumia.emqx;

import static io.lumia.bus.FleetBus.CERTIFICATE_ISSUED;
import static io.lumia.bus.FleetBus.CERTIFICATE_REVOKED;
import static io.lumia.bus.FleetBus.NEWS_MISSED;
import static io.lumia.bus.FleetBus.REVOCATION_ENFORCED;

import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.config.EmqxConfig;
import io.lumia.config.TlsConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries revocations over to EMQX, which looks at CRLs only in the handshake and only when it fetched them: whoever shows the identity of a revoked
 * certificate is banned and kicked at once. It knows no serials, so an identity that has another valid certificate is kicked alone.
 */
public final class EmqxVerticle extends VerticleBase {
    /** As metrics and audit name it. */
    public static final String NAME = "emqx";

    private static final Logger log = LoggerFactory.getLogger(EmqxVerticle.class);

    private final EmqxConfig config;
    private final TlsConfig tls;
    private final Clock clock;
    private final Set<String> banned = new HashSet<>();
    private @Nullable Enforcement enforcement;

    public EmqxVerticle(EmqxConfig config, TlsConfig tls, Clock clock) {
        this.config = config;
        this.tls = tls;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> EmqxApi.open(vertx, config, tls), false)
                .compose(api -> {
                    var enforcing = new Enforcement(vertx, api, banned);
                    enforcement = enforcing;
                    return CERTIFICATE_REVOKED
                            .listen(vertx, revoked -> context.runOnContext(turn -> enforce(enforcing, revoked)))
                            .compose(heard -> CERTIFICATE_ISSUED.listen(
                                    vertx,
                                    issued -> context.runOnContext(turn -> letIn(
                                            enforcing, issued.certificate().identity()))))
                            .compose(heard -> NEWS_MISSED.listen(
                                    vertx, missed -> context.runOnContext(turn -> enforcing.catchUp())))
                            .onSuccess(heard -> enforcing.catchUp());
                });
    }

    @Override
    public Future<?> stop() {
        if (enforcement != null) {
            enforcement.stop();
        }
        return Future.succeededFuture();
    }

    private void enforce(Enforcement enforcing, CertificateRevoked revoked) {
        enforcing.enforce(revoked).onSuccess(done -> {
            var told = Duration.between(revoked.revokedAt(), clock.instant());
            var elapsed = told.isNegative() ? Duration.ZERO : told; // the clocks of two machines
            REVOCATION_ENFORCED.publish(vertx, new RevocationEnforced(NAME, revoked.serial(), elapsed));
            log.atInfo()
                    .addKeyValue("identity", revoked.identity())
                    .addKeyValue("serial", revoked.serial())
                    .addKeyValue("elapsedMs", elapsed.toMillis())
                    .addKeyValue("outcome", done)
                    .log("revocation enforced at EMQX");
        });
    }

    private void letIn(Enforcement enforcing, String identity) {
        if (banned.contains(identity)) {
            enforcing.lift(identity);
        }
    }
}
