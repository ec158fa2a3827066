package io.lumia.store;

import io.lumia.bus.FleetBus.TrustHolder;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/** Which bundle of roots each device, broker, listener and service said that it uses; table {@code trust_adoptions}. */
public final class TrustAdoptions {
    private final Store store;

    TrustAdoptions(Store store) {
        this.store = store;
    }

    /** @param bundle fingerprint of what it uses from now on */
    public Future<Void> confirm(TrustHolder kind, String name, String bundle, Instant now) {
        return store.write(handle -> confirm(handle, kind, name, bundle, now)).mapEmpty();
    }

    private static int confirm(Handle handle, TrustHolder kind, String name, String bundle, Instant now) {
        return handle.createUpdate("""
                        insert into trust_adoptions (kind, name, bundle, confirmed_at) values (:kind, :name, :bundle, :now)
                        on conflict (kind, name) do update set bundle = excluded.bundle, confirmed_at = excluded.confirmed_at
                        """)
                .bind("kind", label(kind))
                .bind("name", name)
                .bind("bundle", bundle)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    static String label(TrustHolder kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
