package io.lumia.tls;

import static io.lumia.bus.FleetBus.CONFIRM_TRUST;
import static io.lumia.bus.FleetBus.DESCRIBE_TRUST;
import static io.lumia.bus.FleetBus.NEWS_MISSED;
import static io.lumia.bus.FleetBus.TRUST_CHANGED;

import io.lumia.bus.FleetBus.ConfirmTrust;
import io.lumia.bus.FleetBus.DescribeTrust;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one holder of the fleet's roots take each new bundle, and tells the authority what it uses. A bundle that it cannot use leaves it at the one
 * before, which is told to the log and by the missing confirmation; it is tried again until another comes. For one context.
 */
public final class TrustAdoption {
    private static final Logger log = LoggerFactory.getLogger(TrustAdoption.class);
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofMinutes(1));

    private final Vertx vertx;
    private final TrustHolder kind;
    private final String name;
    private final Function<List<X509Certificate>, Future<?>> adopt;

    private @Nullable TrustChanged wanted;
    private @Nullable String used;
    private boolean busy;
    private int failures;

    /**
     * @param name of the holder, as operators are told it
     * @param adopt uses these roots from now on; fails with a sentence, and everything is as before
     */
    public TrustAdoption(Vertx vertx, TrustHolder kind, String name, Function<List<X509Certificate>, Future<?>> adopt) {
        this.vertx = vertx;
        this.kind = kind;
        this.name = name;
        this.adopt = adopt;
    }

    /** Goes on by itself; an authority that does not answer now is no failure. */
    public Future<Void> follow() {
        return TRUST_CHANGED
                .listen(vertx, this::changed)
                .compose(listening -> NEWS_MISSED.listen(vertx, missed -> ask()))
                .onSuccess(listening -> ask());
    }

    private void ask() {
        DESCRIBE_TRUST.ask(vertx, new DescribeTrust()).onSuccess(this::changed);
    }

    private void changed(TrustChanged now) {
        wanted = now;
        failures = 0;
        next();
    }

    private void next() {
        var bundle = wanted;
        if (busy || bundle == null) {
            return;
        }
        busy = true;
        use(bundle)
                .compose(using -> CONFIRM_TRUST.ask(vertx, new ConfirmTrust(kind, name, bundle.bundleFingerprint())))
                .onComplete(told -> settled(bundle), failed -> failed(bundle, failed));
    }

    private Future<?> use(TrustChanged bundle) {
        if (bundle.bundleFingerprint().equals(used)) {
            return Future.succeededFuture();
        }
        return Future.succeededFuture(bundle.bundlePem())
                .map(Pem::certificates)
                .compose(adopt::apply)
                .onSuccess(using -> {
                    used = bundle.bundleFingerprint();
                    log.atInfo()
                            .addKeyValue("identity", name)
                            .addKeyValue("bundle", used)
                            .log("the fleet's roots are trusted as the authority hands them out");
                });
    }

    private void settled(TrustChanged bundle) {
        busy = false;
        if (!bundle.equals(wanted)) {
            next();
        }
    }

    private void failed(TrustChanged bundle, Throwable failure) {
        busy = false;
        if (!bundle.equals(wanted)) {
            next();
            return;
        }
        var pause = PAUSES.get(Math.min(failures, PAUSES.size() - 1));
        failures++;
        log.atWarn()
                .addKeyValue("identity", name)
                .addKeyValue("bundle", bundle.bundleFingerprint())
                .addKeyValue("reason", failure.getMessage())
                .addKeyValue("retryIn", pause)
                .log(
                        bundle.bundleFingerprint().equals(used)
                                ? "the authority could not be told which roots are in use"
                                : "new roots are not good; those before stay in use");
        vertx.setTimer(pause.toMillis(), waited -> next());
    }
}
