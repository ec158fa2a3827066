package io.lumia.expiry;

import io.lumia.config.HooksConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program with the change in its environment; it is ended when it takes too long. */
final class HookCommand {
    private static final int THREADS = 2;
    private static final long MARGIN_MILLIS = 5_000;

    private final List<String> command;
    private final long timeoutMillis;
    private final WorkerExecutor worker;

    HookCommand(Vertx vertx, HooksConfig config) {
        this.command = config.command();
        this.timeoutMillis = config.timeout().toMillis();
        this.worker = vertx.createSharedWorkerExecutor(
                "lumia-hooks", THREADS, timeoutMillis + MARGIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    Future<Void> tell(LevelChange change) {
        return worker.executeBlocking(
                () -> {
                    run(change);
                    return null;
                },
                false);
    }

    private void run(LevelChange change) throws IOException, InterruptedException {
        var process = start(change);
        process.getOutputStream().close();
        if (!process.waitFor(timeoutMillis, TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IOException(command.get(0) + " took longer than " + timeoutMillis + " ms and was ended");
        }
        if (process.exitValue() != 0) {
            throw new IOException(command.get(0) + " ended with exit code " + process.exitValue());
        }
    }

    private Process start(LevelChange change) throws IOException {
        var builder =
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD);
        var environment = builder.environment();
        // our own variables may hold passwords
        environment.keySet().removeIf(variable -> variable.startsWith("LUMIA_"));
        environment.put("LUMIA_AT", change.at().toString());
        environment.put("LUMIA_IDENTITY", change.identity());
        environment.put("LUMIA_LEVEL", change.level());
        environment.put("LUMIA_PREVIOUS_LEVEL", change.previous() == null ? "" : change.previous());
        environment.put(
                "LUMIA_NOT_AFTER",
                change.notAfter() == null ? "" : change.notAfter().toString());
        // what others wrote; no byte 0 fits into an environment
        environment.put("LUMIA_DETAIL", change.detail().replace('\0', ' '));
        return builder.start();
    }
}
