package io.lumia.store;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** Read connections: as many as threads ever read at once, opened when first needed. */
final class Readers {
    private final WorkerExecutor workers;
    private final Database database;
    private final ConcurrentLinkedDeque<Handle> idle = new ConcurrentLinkedDeque<>();

    Readers(WorkerExecutor workers, Database database) {
        this.workers = workers;
        this.database = database;
    }

    <T> Future<T> run(Function<Handle, T> work) {
        return workers.executeBlocking(() -> onConnection(work), false);
    }

    Future<Void> close() {
        return workers.executeBlocking(
                        () -> {
                            for (var handle = idle.poll(); handle != null; handle = idle.poll()) {
                                handle.close();
                            }
                            return null;
                        },
                        false)
                .eventually(workers::close)
                .mapEmpty();
    }

    private <T> T onConnection(Function<Handle, T> work) {
        var polled = idle.poll();
        var handle = polled == null ? database.readingHandle() : polled;
        try {
            return work.apply(handle);
        } finally {
            idle.push(handle);
        }
    }
}
