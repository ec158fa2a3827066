package io.lumia.tls;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tells when files changed. A change is told once it looked the same twice, so that of two files that belong together not one is taken without
 * the other, nor half of one.
 */
public final class WatchedFiles {
    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final List<Path> files;
    private final Supplier<Future<?>> changed;
    private FileStamps taken = FileStamps.NONE;
    private FileStamps seen = FileStamps.NONE;
    private boolean busy;

    /** @param changed is called again only when its Future is complete; when that failed, for the same change */
    public WatchedFiles(Vertx vertx, WorkerExecutor worker, List<Path> files, Supplier<Future<?>> changed) {
        this.vertx = vertx;
        this.worker = worker;
        this.files = List.copyOf(files);
        this.changed = changed;
    }

    /** From now on; the first look counts as a change, since they were read before. @return the timer's id */
    public long every(Duration interval) {
        return vertx.setPeriodic(interval.toMillis(), tick -> {
            if (!busy) {
                busy = true;
                worker.executeBlocking(() -> FileStamps.of(files), false)
                        .compose(this::look)
                        .onComplete(looked -> busy = false);
            }
        });
    }

    private Future<?> look(FileStamps now) {
        boolean settled = now.equals(seen);
        seen = now;
        if (!settled || now.equals(taken)) {
            return Future.succeededFuture();
        }
        return changed.get().onSuccess(told -> taken = now);
    }
}
