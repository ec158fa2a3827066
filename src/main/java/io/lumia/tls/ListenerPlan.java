package io.lumia.tls;

import io.lumia.tls.ListenerStore.InUse;
import io.lumia.tls.ListenerTrust.Anchors;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one listener gets its certificates.
 *
 * @param key of its section, for messages: {@code broker.tls}
 * @param names that clients are told
 * @param fallback served when the source gives none; null: there is none
 * @param renewBefore left of the lifetime when it is renewed; null: by the policy of all
 */
record ListenerPlan(
        String listener,
        String key,
        List<String> names,
        ListenerSource source,
        ListenerStore store,
        @Nullable ManualPair fallback,
        @Nullable Duration renewBefore,
        WorkerExecutor worker,
        Clock clock) {
    private static final Logger log = LoggerFactory.getLogger(ListenerPlan.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    String method() {
        return source.method();
    }

    boolean isManual() {
        return source instanceof ManualPair;
    }

    /** Whether a reading of the operator's files brought nothing new. */
    boolean serves(TlsMaterial fresh, TlsMaterial served) {
        return isManual() && fresh.chain().equals(served.chain());
    }

    /** Checked, and written beside what is kept. Blocks. */
    InUse stage(TlsMaterial fresh, List<X509Certificate> roots) throws CertificateException, IOException {
        var now = clock.instant();
        source.check(fresh, now);
        warnOfMissingNames(fresh);
        return isManual() ? InUse.of(fresh) : store.stage(fresh, now, roots);
    }

    FleetTrust trust(TlsMaterial material, boolean ofFallback) {
        return ofFallback ? ServerFitness.topOf(material) : source.trust(material);
    }

    /** Where the fleet's CA vouches for the listener itself it must go on to. */
    void checkWith(Anchors next, TlsMaterial served) throws CertificateException {
        if (source instanceof EmbeddedSource) {
            next.check(served);
        }
    }

    boolean isFallbackDue(InUse inUse) {
        return fallback != null && FallbackRule.isDue(inUse.issuedAt(), inUse.notAfter(), clock.instant());
    }

    /** Fails with a sentence when there is none or it is not good. */
    Future<TlsMaterial> readFallback() {
        return fallback == null
                ? Future.failedFuture(
                        "there is no fallback pair (" + key + ".cert-file, " + key + ".key-file) to serve meanwhile")
                : fallback.obtain(null).onSuccess(this::warnOfMissingNames);
    }

    void warnOfFallback() {
        log.atWarn()
                .addKeyValue("identity", listener)
                .addKeyValue("origin", source.origin())
                .log("the fallback certificate of " + key + ".cert-file is served: none can be had from the source");
    }

    void warnOfUnusable(Throwable unusable) {
        log.atWarn()
                .addKeyValue("identity", listener)
                .addKeyValue("reason", unusable.getMessage())
                .log("the fallback certificate could not be served if it were needed");
    }

    /** @param changed is called, one at a time, when the operator's files changed */
    void watch(Vertx vertx, Supplier<Future<?>> changed) {
        var pair = source instanceof ManualPair manual ? manual : fallback;
        if (pair != null) {
            var unused = new WatchedFiles(vertx, worker, pair.files(), changed).every(LOOK);
        }
    }

    <T> Future<T> blocking(Callable<T> work) {
        return worker.executeBlocking(work, false);
    }

    private void warnOfMissingNames(TlsMaterial material) {
        var missing = ManualPair.missing(material, names);
        if (!missing.isEmpty()) {
            log.atWarn()
                    .addKeyValue("identity", listener)
                    .addKeyValue("names", missing)
                    .log(
                            "the listener's certificate does not carry names by which clients reach it; they will refuse it");
        }
    }
}
