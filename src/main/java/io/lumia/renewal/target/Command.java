package io.lumia.renewal.target;

import io.lumia.config.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A program of the operator, started without a shell. It and what it started is ended when its time is up. Blocks; call from a worker.
 *
 * @param words the program and its arguments
 * @param limit how long it may take
 */
public record Command(List<String> words, Duration limit) {
    private static final int MOST_OUTPUT = 400;

    public Command {
        words = List.copyOf(words);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least the name of a program");
        }
    }

    /** @throws TargetFailed when it cannot be started, takes too long or ends with another code than 0; with what it printed last */
    public void run() throws TargetFailed {
        run(Map.of());
    }

    /** @param environment added to that of this process */
    public void run(Map<String, String> environment) throws TargetFailed {
        var process = start(environment);
        try (var output = process.getInputStream()) {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TargetFailed(this + " did not end within " + Durations.text(limit));
            }
            if (process.exitValue() != 0) {
                throw new TargetFailed(this + " ended with code " + process.exitValue() + said(output));
            }
        } catch (IOException unreadable) {
            throw new TargetFailed(this + ": its output cannot be read: " + unreadable.getMessage(), unreadable);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new TargetFailed(this + " was interrupted", stopping);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start(Map<String, String> environment) throws TargetFailed {
        try {
            var builder = new ProcessBuilder(words).redirectErrorStream(true);
            // our own variables may hold passwords
            builder.environment().keySet().removeIf(variable -> variable.startsWith("LUMIA_"));
            builder.environment().putAll(environment);
            var process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException missing) {
            throw new TargetFailed(
                    this + " cannot be started: " + missing.getMessage() + "; check the path of the program", missing);
        }
    }

    /** What waits in the pipe; a program that writes more than a pipe holds is stuck, and runs into its limit. */
    private static String said(InputStream output) throws IOException {
        var text = new String(output.readNBytes(output.available()), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" / "));
        return text.isEmpty() ? "" : ": " + text.substring(Math.max(0, text.length() - MOST_OUTPUT));
    }

    /** The program's name alone: arguments may be long. */
    @Override
    public String toString() {
        return "the command " + String.join(" ", words.subList(0, Math.min(3, words.size())));
    }
}
