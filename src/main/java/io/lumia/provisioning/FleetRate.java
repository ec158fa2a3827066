package io.lumia.provisioning;

import io.lumia.config.ProvisioningConfig;
import io.lumia.store.Store;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** How often an address may ask all nodes together. */
@FunctionalInterface
interface FleetRate {
    /** Takes one. @return empty when there was one, otherwise how long until the next */
    Future<Optional<Duration>> take(InetAddress client);

    /** Where this process is the only one, it counts in memory alone. */
    FleetRate ALONE = client -> Future.succeededFuture(Optional.empty());

    /** Counts in the database what other nodes count there too. */
    static FleetRate in(Store store, ProvisioningConfig config, Clock clock) {
        return store.isShared()
                ? client -> store.writeUnsynced(handle -> store.limits()
                        .take(
                                handle,
                                "provisioning " + client.getHostAddress(),
                                config.requestsPerMinute(),
                                config.burst(),
                                clock.instant()))
                : ALONE;
    }
}
