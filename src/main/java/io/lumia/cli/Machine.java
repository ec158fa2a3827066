package io.lumia.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What a measurement was made on, in one line. */
final class Machine {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** @return processor, cores, system, Java, and the load before the measurement */
    static String now() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return String.format(
                Locale.ROOT,
                "%s, %d cores, %s %s, Java %s, load %.1f before",
                processor(system.getArch()),
                system.getAvailableProcessors(),
                system.getName(),
                system.getVersion(),
                System.getProperty("java.version"),
                system.getSystemLoadAverage());
    }

    private static String processor(String otherwise) {
        if (!Files.isReadable(CPU_INFO)) {
            return otherwise;
        }
        try (var lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException unreadable) {
            return otherwise;
        }
    }
}
