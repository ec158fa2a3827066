package io.lumia.tls;

import io.lumia.config.CannotStart;
import io.lumia.tls.ListenerStore.InUse;
import io.vertx.core.Future;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a listener begins with: what an earlier start left, or a new certificate, or the fallback. */
record ListenerStart(InUse inUse, boolean fallenBack) {
    /** Fails with a sentence for the operator when there is none of them. */
    static Future<ListenerStart> of(ListenerPlan plan, List<X509Certificate> roots) {
        return plan.blocking(() -> stored(plan))
                .compose(stored -> stored.map(good -> Future.succeededFuture(new ListenerStart(good, false)))
                        .orElseGet(() -> obtained(plan, roots).recover(failed -> fallback(plan, failed))));
    }

    private static Optional<InUse> stored(ListenerPlan plan) throws IOException {
        var now = plan.clock().instant();
        var good = plan.store().stored().filter(stored -> isGood(plan, stored, now));
        good.ifPresent(plan.store()::use);
        return good;
    }

    private static boolean isGood(ListenerPlan plan, InUse stored, Instant now) {
        try {
            plan.source().check(stored.material(), now);
            return true;
        } catch (CertificateException unfit) {
            return false;
        }
    }

    private static Future<ListenerStart> obtained(ListenerPlan plan, List<X509Certificate> roots) {
        return plan.source()
                .obtain(null)
                .compose(fresh -> plan.blocking(() -> {
                    var staged = plan.stage(fresh, roots);
                    plan.store().promote(staged);
                    return new ListenerStart(staged, false);
                }));
    }

    private static Future<ListenerStart> fallback(ListenerPlan plan, Throwable failed) {
        if (plan.isManual()) {
            return Future.failedFuture(new CannotStart(String.valueOf(failed.getMessage()), failed));
        }
        if (plan.source() instanceof EmbeddedSource) {
            return Future.failedFuture(failed);
        }
        return plan.readFallback()
                .onSuccess(pair -> plan.warnOfFallback())
                .map(pair -> new ListenerStart(InUse.of(pair), true))
                .recover(unusable -> Future.failedFuture(new CannotStart(
                        plan.key() + ": no certificate for the listener " + plan.listener() + ": " + failed.getMessage()
                                + "; and " + unusable.getMessage(),
                        failed)));
    }
}
