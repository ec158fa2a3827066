package io.lumia.swarm.fault;

import io.lumia.agent.AgentEnvironment;
import io.lumia.config.SwarmConfig;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Everything that goes wrong with a swarm on purpose. Safe for use by several threads. */
public final class Faults {
    private final AgentEnvironment environment;
    private final List<Course> courses;

    /** @throws IllegalArgumentException when the faults need devices that this swarm does not have */
    public Faults(SwarmConfig config, AgentEnvironment environment, RandomGenerator random) {
        this.environment = environment;
        this.courses = FaultPlan.of(config, random).faults().stream()
                .map(planned -> new Course(planned, config, environment.clock()))
                .toList();
    }

    /**
     * What will go wrong with a device; empty: nothing. To be asked on its event loop before the device is made.
     *
     * @param number from 1
     */
    public Optional<DeviceFaults> of(int number, InetAddress address) {
        var own = courses.stream().filter(course -> course.isOf(number)).toList();
        if (own.isEmpty()) {
            return Optional.empty();
        }
        var faults = new DeviceFaults(own, address, environment);
        own.forEach(course -> course.add(faults));
        return Optional.of(faults);
    }

    /** All devices have been connected: from now on count the times at which faults begin. */
    public void begin() {
        var vertx = environment.vertx();
        for (Course course : courses) {
            long millis = course.fault().begins().toMillis();
            if (millis == 0) {
                begin(course);
            } else {
                vertx.setTimer(millis, due -> begin(course));
            }
        }
    }

    /** What there was and is, as configured. */
    public List<FaultRan> ran() {
        return courses.stream().map(Course::ran).toList();
    }

    /** Devices that have a fault now, by its kind; of each kind that is configured. */
    public Map<String, Long> active() {
        var active = new TreeMap<String, Long>();
        ran().forEach(fault -> active.merge(fault.kind().toString(), (long) fault.active(), Long::sum));
        return active;
    }

    private void begin(Course course) {
        var devices = course.begins();
        if (course.fault().kind().ofDevices()) {
            devices.forEach(device -> device.run(course));
        } else {
            note(environment.vertx(), course);
        }
    }

    /** Somebody else does it; the run only says when. */
    private static void note(Vertx vertx, Course course) {
        var lasts = course.fault().lasts();
        if (lasts == null) {
            course.over();
        } else {
            vertx.setTimer(lasts.toMillis(), passed -> course.over());
        }
    }
}
