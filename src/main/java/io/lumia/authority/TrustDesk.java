package io.lumia.authority;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ConfirmTrust;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.bus.FleetBus.TrustConfirmed;
import io.lumia.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.function.Supplier;

/** Tells which roots are trusted, and keeps who says that they do. */
final class TrustDesk {
    private final Vertx vertx;
    private final Store store;
    private final Supplier<TrustChanged> bundle;
    private final Clock clock;

    /** @param bundle the one of now */
    TrustDesk(Vertx vertx, Store store, Supplier<TrustChanged> bundle, Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.bundle = bundle;
        this.clock = clock;
    }

    Future<?> serve() {
        return Future.all(
                FleetBus.DESCRIBE_TRUST.serve(vertx, asked -> Future.succeededFuture(bundle.get())),
                FleetBus.CONFIRM_TRUST.serve(vertx, this::confirm));
    }

    private Future<TrustConfirmed> confirm(ConfirmTrust told) {
        var current = bundle.get().bundleFingerprint();
        return store.trustAdoptions()
                .confirm(told.kind(), told.name(), told.bundleFingerprint(), clock.instant())
                .map(kept -> new TrustConfirmed(current.equals(told.bundleFingerprint()), current));
    }
}
