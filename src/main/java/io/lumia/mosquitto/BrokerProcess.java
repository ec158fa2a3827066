package io.lumia.mosquitto;

import io.lumia.config.MosquittoConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mosquitto as a process of this machine: told to read its files again, or restarted. Blocks; call from a worker. */
final class BrokerProcess {
    private static final Logger log = LoggerFactory.getLogger(BrokerProcess.class);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final MosquittoConfig config;

    BrokerProcess(MosquittoConfig config) {
        this.config = config;
    }

    /** Sends SIGHUP. @return whether there was somebody to send it to */
    boolean reload() throws IOException {
        var file = config.pidFile();
        if (file == null) {
            return false;
        }
        long pid;
        try {
            pid = Long.parseLong(Files.readString(file).strip());
        } catch (NoSuchFileException notStarted) {
            log.atDebug().addKeyValue("file", file).log("Mosquitto does not run, so it need not reload");
            return false;
        } catch (NumberFormatException foreign) {
            throw new IOException("mosquitto.pid-file " + file + " holds no process id");
        }
        // the number of a process that ended may belong to another one now, which a SIGHUP would end
        if (!isMosquitto(pid)) {
            log.atDebug()
                    .addKeyValue("pid", pid)
                    .log("the process of mosquitto.pid-file is no Mosquitto and gets no signal");
            return false;
        }
        // Java sends no signal but TERM and KILL; kill is a builtin where there is no program of that name
        run(List.of("/bin/sh", "-c", "kill -HUP " + pid));
        return true;
    }

    /** The program of another user's process cannot be seen, its name can. */
    private static boolean isMosquitto(long pid) throws IOException {
        var process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return false;
        }
        var program = process.get().info().command();
        if (program.isPresent()) {
            return program.get().endsWith("mosquitto");
        }
        var name = Path.of("/proc", Long.toString(pid), "comm");
        return Files.isReadable(name) && Files.readString(name).strip().equals("mosquitto");
    }

    /** Runs the restart command. @return whether there is one */
    boolean restart() throws IOException {
        if (config.restartCommand().isEmpty()) {
            return false;
        }
        log.atWarn()
                .addKeyValue("command", config.restartCommand().get(0))
                .log("Mosquitto is restarted; all its connections end");
        run(config.restartCommand());
        return true;
    }

    private static void run(List<String> command) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the command " + command + " failed or did not end within " + LONGEST.toSeconds()
                        + " s; run it by hand");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while waiting for " + command, stopped);
        } finally {
            process.destroyForcibly();
        }
    }
}
