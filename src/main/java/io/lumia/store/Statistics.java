package io.lumia.store;

import io.lumia.bus.FleetBus.StoreStatistics;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** How big the store is. */
final class Statistics {
    private Statistics() {}

    static StoreStatistics read(Database database, Handle handle) {
        var rows = new TreeMap<String, Long>();
        rows.put("certificates", number(handle, "select coalesce(sum(live + revoked), 0) from certificate_counts"));
        rows.put("orders", number(handle, "select count(*) from acme_orders"));
        rows.put("accounts", number(handle, "select count(*) from acme_accounts"));
        rows.put("external_keys", number(handle, "select count(*) from acme_external_keys"));
        rows.put("step_tokens", number(handle, "select count(*) from step_tokens"));
        rows.put("claims", number(handle, "select count(*) from claims"));
        var size = database.size(handle);
        return new StoreStatistics(rows, size.bytes(), size.free());
    }

    private static long number(Handle handle, String query) {
        return handle.createQuery(query).mapTo(Long.class).one();
    }
}
