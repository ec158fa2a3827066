package io.lumia.swarm.fault;

import io.lumia.config.FaultConfig;
import io.lumia.config.SwarmConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** How one fault goes with all its devices; tells the log when it begins and when it is over. Safe for use by several threads. */
final class Course {
    private static final Logger log = LoggerFactory.getLogger(Course.class);
    private static final int NAMED = 10;

    private final FaultPlan.Planned planned;
    private final SwarmConfig config;
    private final Clock clock;
    private final List<DeviceFaults> afflicted = new ArrayList<>();
    private int active;
    private int done;
    private @Nullable Instant began;
    private @Nullable Instant ended;

    Course(FaultPlan.Planned planned, SwarmConfig config, Clock clock) {
        this.planned = planned;
        this.config = config;
        this.clock = clock;
    }

    FaultConfig fault() {
        return planned.fault();
    }

    boolean isOf(int number) {
        return planned.devices().contains(number);
    }

    synchronized void add(DeviceFaults device) {
        afflicted.add(device);
    }

    /** Returns those who have it from now on. */
    synchronized List<DeviceFaults> begins() {
        began = clock.instant();
        active = fault().kind().ofDevices() ? afflicted.size() : 1;
        about(log.atWarn()).addKeyValue("devices", names()).log("fault begins");
        return List.copyOf(afflicted);
    }

    /** One of the devices, or whatever else had it, has it no more. */
    synchronized void over() {
        active--;
        done++;
        if (active == 0) {
            ended = clock.instant();
            about(log.atWarn()).addKeyValue("count", done).log("fault is over");
        }
    }

    synchronized FaultRan ran() {
        return new FaultRan(planned.name(), fault().kind(), planned.devices().size(), active, began, ended);
    }

    private LoggingEventBuilder about(LoggingEventBuilder line) {
        return line.addKeyValue("fault", fault().kind()).addKeyValue("name", planned.name());
    }

    private String names() {
        var some = planned.devices().stream()
                .limit(NAMED)
                .map(number -> config.name(number).value())
                .collect(Collectors.joining(","));
        int more = planned.devices().size() - NAMED;
        return more > 0 ? some + " and " + more + " more" : some;
    }
}
