package io.lumia.renewal.target;

import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files that any program reads, and a command that makes it read them again. */
final class FilesTarget implements Target {
    private final TlsFiles files;
    private final @Nullable Command reload;
    private final WorkerExecutor workers;

    /** @param reload null: the program notices by itself */
    FilesTarget(TlsFiles files, @Nullable Command reload, WorkerExecutor workers) {
        this.files = files;
        this.reload = reload;
        this.workers = workers;
    }

    @Override
    public String type() {
        return "files";
    }

    @Override
    public Future<Optional<TlsMaterial>> current() {
        return workers.executeBlocking(files::current, false);
    }

    @Override
    public Future<Snapshot> snapshot() {
        return workers.executeBlocking(files::snapshot, false);
    }

    @Override
    public Future<Void> install(Installation wanted) {
        return workers.executeBlocking(() -> files.install(wanted), false).mapEmpty();
    }

    @Override
    public Future<String> reload() {
        return workers.executeBlocking(
                () -> {
                    if (reload == null) {
                        return "nothing to do: no target.reload-command";
                    }
                    reload.run();
                    return reload.toString();
                },
                false);
    }

    @Override
    public Future<Void> restore(Snapshot before) {
        return workers.executeBlocking(() -> files.restore(before), false).mapEmpty();
    }
}
