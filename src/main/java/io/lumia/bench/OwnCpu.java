package io.lumia.bench;

import java.lang.management.ManagementFactory;

/** Processor time of this process, which is the load's. */
final class OwnCpu {
    private OwnCpu() {}

    static long nanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
