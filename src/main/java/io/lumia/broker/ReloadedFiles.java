package io.lumia.broker;

import static io.lumia.bus.FleetBus.BROKER_RELOADED;

import io.lumia.bus.FleetBus.BrokerReloaded;
import io.lumia.tls.FileStamps;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One setting's files, read again when they change. What cannot be read or used leaves everything as it was. A change is taken once it looked the
 * same twice, so that a file that is being written is not taken for a short one.
 */
final class ReloadedFiles<T> {
    private static final Logger log = LoggerFactory.getLogger(ReloadedFiles.class);
    private static final int TRIED_AGAIN_AFTER = 30;

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final String what;
    private final List<Path> files;
    private final Callable<T> read;
    private final Function<T, Future<?>> use;
    private FileStamps taken = FileStamps.NONE;
    private FileStamps seen = FileStamps.NONE;
    private boolean busy;
    private int looksUntilNextTry;

    /**
     * @param what label of metric and log: {@code acl, allowed, trust, crl}
     * @param read on the worker; fails with a sentence for the operator
     * @param use fails when what was read is not good, and everything is as before
     */
    ReloadedFiles(
            Vertx vertx,
            WorkerExecutor worker,
            String what,
            List<Path> files,
            Callable<T> read,
            Function<T, Future<?>> use) {
        this.vertx = vertx;
        this.worker = worker;
        this.what = what;
        this.files = List.copyOf(files);
        this.read = read;
        this.use = use;
    }

    /** At the start: what is not good fails the Future. */
    Future<Void> first() {
        return worker.executeBlocking(this::stamps, false)
                .compose(now -> {
                    taken = now;
                    return worker.executeBlocking(read, false);
                })
                .<Void>compose(value -> use.apply(value).mapEmpty());
    }

    /** Looks now and then; zero: never. */
    void watch(Duration interval) {
        if (!files.isEmpty() && interval.toMillis() > 0) {
            vertx.setPeriodic(interval.toMillis(), tick -> look());
        }
    }

    /** They count as changed: what they are judged by has changed. */
    void again() {
        taken = FileStamps.NONE;
    }

    private void look() {
        if (busy) {
            return;
        }
        busy = true;
        worker.executeBlocking(this::stamps, false).compose(this::changed).onComplete(looked -> busy = false);
    }

    private Future<Void> changed(FileStamps now) {
        boolean settled = now.equals(seen);
        seen = now;
        boolean due = looksUntilNextTry > 0 && --looksUntilNextTry == 0;
        if (!settled || (now.equals(taken) && !due)) {
            return Future.succeededFuture();
        }
        taken = now;
        looksUntilNextTry = 0;
        return worker.executeBlocking(read, false).compose(this::used, failed -> kept("refused", failed));
    }

    private Future<Void> used(T value) {
        return use.apply(value)
                .<Void>mapEmpty()
                .onSuccess(done -> tell("reloaded", ""))
                .recover(failed -> {
                    looksUntilNextTry = TRIED_AGAIN_AFTER; // what it was proved with may have been at fault
                    return kept("rolled_back", failed);
                });
    }

    private Future<Void> kept(String result, Throwable failed) {
        tell(result, String.valueOf(failed.getMessage()));
        return Future.succeededFuture();
    }

    private void tell(String result, String detail) {
        BROKER_RELOADED.publish(vertx, new BrokerReloaded(what, result, detail));
        var level = result.equals("reloaded") ? log.atInfo() : log.atWarn();
        level.addKeyValue("what", what)
                .addKeyValue("files", files)
                .addKeyValue("outcome", result)
                .addKeyValue("detail", detail)
                .log(
                        result.equals("reloaded")
                                ? "broker took a changed file"
                                : "broker keeps what it had: a changed file is not good");
    }

    private FileStamps stamps() {
        return FileStamps.of(files);
    }
}
