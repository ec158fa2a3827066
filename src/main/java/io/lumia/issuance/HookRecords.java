package io.lumia.issuance;

import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a program of the operator write the record. It gets {@code add} or {@code remove}, the record's name and its value as further arguments,
 * and as LUMIA_DNS_ACTION, LUMIA_DNS_NAME and LUMIA_DNS_VALUE; exit code 0 means done.
 */
final class HookRecords implements TxtRecords {
    private static final int MOST_TOLD = 500;

    private final Vertx vertx;
    private final WorkerExecutor workers;
    private final List<String> command;
    private final Duration patience;

    HookRecords(Vertx vertx, WorkerExecutor workers, List<String> command, Duration patience) {
        this.vertx = vertx;
        this.workers = workers;
        this.command = command;
        this.patience = patience;
    }

    private record Run(Process process, Path errors) {}

    @Override
    public Future<Void> add(String name, String value) {
        return run("add", name, value);
    }

    @Override
    public Future<Void> remove(String name, String value) {
        return run("remove", name, value);
    }

    private Future<Void> run(String action, String name, String value) {
        return workers.executeBlocking(() -> begin(action, name, value), false)
                .compose(run -> Future.fromCompletionStage(run.process.onExit(), vertx.getOrCreateContext())
                        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .transform(ended -> workers.executeBlocking(
                                () -> judge(run, action, name, ended.succeeded() ? null : ended.cause()), false)));
    }

    private Run begin(String action, String name, String value) throws IssuanceFailed {
        var line = new ArrayList<>(command);
        line.addAll(List.of(action, name, value));
        try {
            var errors = Files.createTempFile("lumia-dns-hook", ".log");
            var builder = new ProcessBuilder(line)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(errors.toFile());
            builder.environment().put("LUMIA_DNS_ACTION", action);
            builder.environment().put("LUMIA_DNS_NAME", name);
            builder.environment().put("LUMIA_DNS_VALUE", value);
            try {
                return new Run(builder.start(), errors);
            } catch (IOException notStarted) {
                Files.deleteIfExists(errors);
                throw notStarted;
            }
        } catch (IOException notStarted) {
            throw failed("cannot be started: " + notStarted.getMessage(), notStarted);
        }
    }

    private @Nullable Void judge(Run run, String action, String name, @Nullable Throwable late)
            throws IssuanceFailed, IOException {
        try {
            if (late instanceof TimeoutException) {
                run.process.descendants().forEach(ProcessHandle::destroyForcibly);
                run.process.destroyForcibly();
                throw failed(
                        "did not " + action + " " + name + " within " + patience.toSeconds()
                                + " s (dns.command-timeout) and was ended" + told(run.errors),
                        late);
            }
            int exit = run.process.exitValue();
            if (exit != 0) {
                throw failed("could not " + action + " " + name + ", exit code " + exit + told(run.errors), null);
            }
            return null;
        } finally {
            Files.deleteIfExists(run.errors);
        }
    }

    private static String told(Path errors) throws IOException {
        var text = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8).strip();
        var end = text.length() > MOST_TOLD ? text.substring(text.length() - MOST_TOLD) : text;
        return end.isEmpty() ? " and no word on stderr" : ": " + Printable.quoted(end, MOST_TOLD);
    }

    private IssuanceFailed failed(String what, @Nullable Throwable cause) {
        return new IssuanceFailed(
                Reason.CHALLENGE, "the command " + command.get(0) + " (dns.command) " + what, null, cause);
    }
}
