package io.lumia.cli;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * Where something was measured.
 *
 * @param load of the last minute, before the measurement; negative where the system does not tell
 */
record Machine(int cores, String os, String java, double load) {
    static Machine ofNow() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                system.getAvailableProcessors(),
                system.getName() + " " + system.getVersion() + " " + system.getArch(),
                Runtime.version().toString(),
                system.getSystemLoadAverage());
    }

    /** On one line. */
    String text() {
        return String.format(Locale.ROOT, "%d cores, load %.1f before, %s, Java %s", cores, load, os, java);
    }
}
