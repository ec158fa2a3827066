package io.lumia.swarm.fault;

import io.lumia.access.AddressRange;
import io.lumia.agent.AgentEnvironment;
import io.lumia.config.FaultConfig;
import io.lumia.config.FaultConfig.Kind;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The faults of one device, and the seams of its environment at which they take hold. On its event loop. */
public final class DeviceFaults {
    private static final Logger log = LoggerFactory.getLogger(DeviceFaults.class);
    private static final Set<Kind> BY_LINK = EnumSet.of(Kind.OFFLINE, Kind.FLAPPING, Kind.HALF_OPEN);

    private final Vertx vertx;
    private final Context context;
    private final InetAddress address;
    private final ShiftedClock clock;
    private final StrangerOrders orders;
    private final @Nullable Link link;
    private final AgentEnvironment plain;
    private final AgentEnvironment environment;
    private @Nullable FaultyDevice device;

    DeviceFaults(List<Course> courses, InetAddress address, AgentEnvironment plain) {
        this.vertx = plain.vertx();
        this.context = vertx.getOrCreateContext();
        this.address = address;
        this.plain = plain;
        this.clock = new ShiftedClock(plain.clock());
        this.orders = new StrangerOrders(plain.orders(), plain.workers());
        boolean byLink = courses.stream()
                .anyMatch(course -> BY_LINK.contains(course.fault().kind()));
        this.link = byLink ? new Link(vertx, address) : null;
        this.environment = plain.with(
                clock,
                orders,
                link == null ? plain.connector() : plain.connector().by(link));
    }

    /** In which the device must live. */
    public AgentEnvironment environment() {
        return environment;
    }

    /** To be called before any of its faults begins. */
    public void attach(FaultyDevice afflicted) {
        device = afflicted;
    }

    /** From any thread. */
    void run(Course course) {
        context.runOnContext(turn -> {
            var fault = create(course.fault());
            fault.begin()
                    .compose(holds -> over(fault, course.fault()))
                    .eventually(fault::end)
                    .onFailure(failed -> log.atWarn()
                            .addKeyValue("fault", course.fault().kind())
                            .addKeyValue("reason", failed.getMessage())
                            .log("fault did not go as it should"))
                    .onComplete(ended -> course.over());
        });
    }

    private Future<Void> over(Fault fault, FaultConfig config) {
        if (config.lasts() == null) {
            return fault.over();
        }
        var timed = Promise.<Void>promise();
        vertx.setTimer(config.lasts().toMillis(), passed -> timed.tryComplete());
        return timed.future();
    }

    private Fault create(FaultConfig config) {
        var afflicted = Objects.requireNonNull(device, "the device is attached when it is made");
        return switch (config.kind()) {
            case OFFLINE -> new Offline(vertx, plain.clock(), afflicted, link());
            case CLOCK -> new WrongClock(clock, config.shift(), afflicted);
            case RENEWAL_REFUSED -> new RefusedRenewals(orders);
            case STOLEN -> new StolenCertificate(vertx, plain.clock(), config, afflicted, thief(config.from()));
            case FLAPPING -> new FlappingLink(vertx, link(), config.cutEvery());
            case HALF_OPEN -> new HalfOpenLink(link(), config.lasts() != null);
            case AUTHORITY_RESTART, BROKER_RESTART ->
                throw new IllegalStateException(config.kind() + " is no fault of a device");
        };
    }

    private Link link() {
        return Objects.requireNonNull(link, "devices with such a fault go by a link of their own");
    }

    /** Elsewhere than the device: where addresses are simulated, the one that no device has; otherwise whatever the system takes. */
    private @Nullable InetAddress thief(@Nullable String configured) {
        if (configured != null) {
            return AddressRange.address(configured);
        }
        if (!address.isLoopbackAddress()) {
            return null;
        }
        return AddressRange.address(address.getHostAddress().equals("127.0.0.1") ? "127.0.0.2" : "127.0.0.1");
    }
}
