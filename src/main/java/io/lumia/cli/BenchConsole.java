package io.lumia.cli;

import io.lumia.bench.BenchFailed;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What every benchmark does around its measurement: checks options, tells progress, cleans up after a signal. */
final class BenchConsole {
    private static final Logger log = LoggerFactory.getLogger(BenchConsole.class);

    private final CommandLine line;

    /** A signal ended the subjects; what the measurement says of that is no news. */
    private volatile boolean stopping;

    BenchConsole(CommandLine line) {
        this.line = line;
    }

    /** A measurement that took its course, or that a signal ended. */
    @FunctionalInterface
    interface Measuring<T> {
        T run() throws IOException, BenchFailed, InterruptedException;
    }

    /** Measures and closes the bench, also when a signal ends this process. @return empty when it was stopped */
    <T> Optional<T> measure(Closeable bench, Measuring<T> measuring)
            throws IOException, BenchFailed, InterruptedException {
        var stop = new Thread(() -> stop(bench), "lumia-bench-stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try (bench) {
            return Optional.of(measuring.run());
        } catch (BenchFailed | RuntimeException failed) {
            if (stopping) {
                return Optional.empty();
            }
            throw failed;
        } finally {
            forget(stop);
        }
    }

    /**
     * The subjects that can be measured; the others are told with how to get them.
     *
     * @param known names there are
     * @param missing how to get what a subject needs; empty when it is there
     */
    List<String> present(List<String> wanted, List<String> known, Function<String, Optional<String>> missing) {
        var there = new ArrayList<String>();
        for (String subject : wanted.stream().distinct().toList()) {
            require(
                    known.contains(subject),
                    "--subjects: expected " + String.join(" or ", known) + ", is '" + subject + "'");
            missing.apply(subject)
                    .ifPresentOrElse(how -> tell(subject + " is left out: " + how), () -> there.add(subject));
        }
        require(!there.isEmpty(), "nothing is left to measure");
        return List.copyOf(there);
    }

    /** @throws ParameterException with the sentence unless it holds */
    void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(line, otherwise);
        }
    }

    /** Progress goes to stderr: stdout is the report. */
    void tell(String progress) {
        var err = line.getErr();
        err.println(progress);
        err.flush();
    }

    private void stop(Closeable bench) {
        stopping = true;
        try {
            bench.close();
        } catch (IOException left) {
            log.atWarn().addKeyValue("reason", left.getMessage()).log("temporary files are left behind");
        }
    }

    private static void forget(Thread stop) {
        try {
            var unused = Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException signalled) {
            log.atDebug().log("stopped by a signal");
        }
    }
}
