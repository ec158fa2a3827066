package io.lumia.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** The threads of a Java process that compile, as Linux counts them (proc(5), /proc/PID/task/TID/stat). */
final class CompilerThreads {
    /** Name of the thread, which may have blanks, and utime and stime: fields 2, 14 and 15; Linux cuts names at 15 characters. */
    private static final Pattern STAT = Pattern.compile(
            "\\d+ \\((C[12] Compiler.*)\\) \\S(?: \\S+){10} (?<user>\\d+) (?<system>\\d+) .*", Pattern.DOTALL);

    private static final long TICK_MILLIS = 10;

    private CompilerThreads() {}

    /** Processor time they took so far; zero for what is not Java, has ended, or where there is no /proc. */
    static Duration cpu(long pid) {
        var ticks = 0L;
        try (var threads = Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid), "task"))) {
            for (Path thread : threads) {
                ticks += ticks(thread.resolve("stat"));
            }
        } catch (IOException ended) {
            return Duration.ZERO;
        }
        return Duration.ofMillis(ticks * TICK_MILLIS);
    }

    private static long ticks(Path stat) {
        try {
            return ticks(Files.readString(stat));
        } catch (IOException ended) {
            return 0;
        }
    }

    /** @return 0 for any other thread */
    static long ticks(String stat) {
        var compiler = STAT.matcher(stat);
        return compiler.matches()
                ? Long.parseLong(compiler.group("user")) + Long.parseLong(compiler.group("system"))
                : 0;
    }
}
