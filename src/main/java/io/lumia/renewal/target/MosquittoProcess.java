package io.lumia.renewal.target;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The running broker, found by its file with the process id. Blocks; call from a worker.
 *
 * @param pidFile {@code pid_file} of mosquitto.conf(5)
 */
record MosquittoProcess(Path pidFile) {
    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(5);

    /** Asks it to read certificates, keys and ACL again. @return the process id */
    long hangUp() throws TargetFailed {
        long pid = pid();
        demandMosquitto(pid);
        // Java sends no signals but TERM and KILL, and kill is a builtin where the program is not installed
        new Command(List.of("/bin/sh", "-c", "kill -HUP " + pid), SIGNAL_LIMIT).run();
        return pid;
    }

    /** @throws TargetFailed when the broker's user could not read the key, and would keep the old one without a word */
    void demandReadable(Path key) throws TargetFailed {
        try {
            var user = user(pid());
            var attributes = Files.readAttributes(key, "unix:uid");
            if (user.isPresent() && user.get() != 0 && !user.get().equals(attributes.get("uid"))) {
                var owner = Files.readAttributes(key, PosixFileAttributes.class).owner();
                throw new TargetFailed("the broker runs as the user " + user.get() + " and cannot read " + key
                        + ", which belongs to " + owner.getName() + "; set target.owner, or change the file's owner");
            }
        } catch (IOException | UnsupportedOperationException unknown) {
            throw new TargetFailed("cannot see whose " + key + " is: " + unknown.getMessage(), unknown);
        }
    }

    private long pid() throws TargetFailed {
        try {
            return Long.parseLong(Files.readString(pidFile).strip());
        } catch (IOException missing) {
            throw new TargetFailed(
                    "cannot read target.pid-file " + pidFile
                            + ": set pid_file in mosquitto.conf to the same path, and see that the broker runs",
                    missing);
        } catch (NumberFormatException malformed) {
            throw new TargetFailed("target.pid-file " + pidFile + " holds no process id", malformed);
        }
    }

    /** A signal to whoever got the number of a broker that is gone would end that process. */
    private void demandMosquitto(long pid) throws TargetFailed {
        var command = ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(handle -> name(pid, handle));
        if (command.isEmpty()) {
            throw new TargetFailed(
                    "the broker does not run: there is no process " + pid + ", which " + pidFile + " names");
        }
        if (!command.get().contains("mosquitto")) {
            throw new TargetFailed("target.pid-file " + pidFile + " is stale: process " + pid + " is " + command.get());
        }
    }

    private static String name(long pid, ProcessHandle handle) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException notLinux) {
            return handle.info().command().orElse("mosquitto");
        }
    }

    /** Of the process as it runs; empty where the system does not tell. */
    private static Optional<Integer> user(long pid) throws IOException {
        var status = Path.of("/proc/" + pid + "/status");
        if (!Files.exists(status)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("Uid:"))
                    .map(line -> Integer.valueOf(line.split("\\s+", -1)[2]))
                    .findFirst();
        }
    }
}
