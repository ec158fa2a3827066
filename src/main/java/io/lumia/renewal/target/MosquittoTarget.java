package io.lumia.renewal.target;

import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Mosquitto. SIGHUP makes it read certificate, key and ACL again and drops nobody; a changed CA bundle it takes only when it starts, so then
 * it is restarted, if a command for that is set.
 */
final class MosquittoTarget implements Target {
    private final TlsFiles files;
    private final Control control;
    private final WorkerExecutor workers;
    private final RestartPace pace;
    private volatile boolean restartNeeded;

    /**
     * How the broker is reached.
     *
     * @param process to be signalled; null: the reload command does it
     * @param configuration checked before anything is changed; null: not checked
     * @param reload takes the place of the signal; null: none
     * @param restart for a changed CA bundle; null: such a change is refused
     */
    record Control(
            @Nullable MosquittoProcess process,
            @Nullable MosquittoConfiguration configuration,
            @Nullable Command reload,
            @Nullable Command restart) {}

    MosquittoTarget(TlsFiles files, Control control, WorkerExecutor workers, RestartPace pace) {
        this.files = files;
        this.control = control;
        this.workers = workers;
        this.pace = pace;
    }

    @Override
    public String type() {
        return "mosquitto";
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
        return workers.executeBlocking(
                        () -> {
                            restartNeeded = false;
                            if (control.configuration != null) {
                                control.configuration.check(files);
                            }
                            restartNeeded = files.install(wanted);
                            demandReadable();
                            demandRestart();
                            return true;
                        },
                        false)
                .mapEmpty();
    }

    @Override
    public Future<String> reload() {
        var restart = control.restart;
        return restartNeeded && restart != null
                ? pace.restart(() -> workers.executeBlocking(() -> restarted(restart), false))
                : workers.executeBlocking(this::reloaded, false);
    }

    @Override
    public Future<Void> restore(Snapshot before) {
        return workers.executeBlocking(
                        () -> {
                            // only a broker that was restarted has taken the other bundle
                            restartNeeded = files.restore(before) && !restartNeeded;
                            return true;
                        },
                        false)
                .mapEmpty();
    }

    private void demandReadable() throws TargetFailed {
        if (control.process != null) {
            control.process.demandReadable(files.key());
        }
    }

    private void demandRestart() throws TargetFailed {
        if (restartNeeded && control.restart == null) {
            throw new TargetFailed(
                    "the CA bundle has changed, and Mosquitto takes a changed cafile only when it starts;"
                            + " set target.restart-command, or restart it by hand with the new file and renew again");
        }
    }

    private String restarted(Command restart) throws TargetFailed {
        restart.run();
        restartNeeded = false;
        return "restarted for the changed CA bundle by " + restart;
    }

    private String reloaded() throws TargetFailed {
        if (control.reload != null) {
            control.reload.run();
            return control.reload.toString();
        }
        if (control.process != null) {
            return "SIGHUP to process " + control.process.hangUp();
        }
        throw new TargetFailed(
                "no way to make the broker read its files again; set target.pid-file or" + " target.reload-command");
    }
}
