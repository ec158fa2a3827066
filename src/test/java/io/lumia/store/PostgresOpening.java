package io.lumia.store;

import io.lumia.config.StoreConfig;
import java.time.Duration;

/** Opens a PostgreSQL as a start does, for tests of other packages. */
public final class PostgresOpening {
    private PostgresOpening() {}

    /** @param patience how long to wait for a server that is not there */
    public static void tryOnce(StoreConfig config, Duration patience) throws StoreUnusable {
        PostgresDatabase.open(config, patience).close();
    }
}
