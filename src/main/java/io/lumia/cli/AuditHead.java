package io.lumia.cli;

import io.lumia.audit.Head;
import io.lumia.audit.HeadFile;
import io.lumia.audit.Witness;
import io.lumia.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The head of the audit chain in the database; a process without one has a file for it, as each of those that share one. */
record AuditHead(Store store) implements Witness {
    /** In the table {@code settings}. */
    static final String KEY = "audit.head";

    static Witness keptIn(@Nullable Store store, Vertx vertx, Path data) {
        return store == null || store.isShared() ? new HeadFile(vertx, data) : new AuditHead(store);
    }

    @Override
    public Future<Optional<Head>> recall() {
        return store.settings().read(KEY).map(found -> found.map(Head::parse));
    }

    @Override
    public Future<Void> remember(Head head) {
        return store.settings().note(KEY, head.toString());
    }
}
