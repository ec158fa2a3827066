package io.lumia.cli;

import io.lumia.access.AddressRange;
import io.lumia.config.LumiaConfig;
import io.lumia.config.SwarmConfig;
import io.lumia.swarm.Swarm;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A simulated device with a process and a data directory of its own: it shares nothing with a running system but the network. */
final class Newcomer {
    static final String NAME = "new-0001";
    private static final String PREFIX = "new";
    /** The first address of its range is nobody's, the second an application's. */
    private static final int PLACE = 2;

    private static final String LOOPBACK = "127.0.0.1";

    private final DemoSettings settings;
    private final LumiaConfig system;
    private final Clock clock;
    private @Nullable FleetProcess process;

    /** @param settings those of the system, too */
    Newcomer(DemoSettings settings, Clock clock) {
        this.settings = settings;
        this.system = settings.config();
        this.clock = clock;
    }

    /** Whether it speaks from the address that everybody speaks from. */
    boolean sharesItsAddress() {
        return system.swarm().addressRange().equals(SwarmConfig.SHARED);
    }

    String address() {
        return sharesItsAddress() ? LOOPBACK : range().nth(PLACE).getHostAddress();
    }

    /** It knows where provisioning is, and which root to trust. */
    void switchOn(FleetProcess.Addresses addresses) {
        var device = new FleetProcess(config(addresses), clock);
        process = device;
        DemoFleet.complete(device.start());
    }

    /** Does nothing while it is off. */
    void switchOff() {
        var device = process;
        process = null;
        if (device != null) {
            DemoFleet.complete(device.stop());
        }
    }

    /** Itself, while it is on. */
    Swarm device() {
        return Objects.requireNonNull(process, "it is off").swarm().orElseThrow();
    }

    private LumiaConfig config(FleetProcess.Addresses addresses) {
        var authority = Objects.requireNonNull(addresses.authority());
        return settings.at(system.data().resolve("new-device"))
                .with(List.of(
                        "parts=swarm",
                        "provisioning.enabled=false",
                        "agent.provisioning-url=http://127.0.0.1:" + addresses.provisioningPort(),
                        "agent.root-fingerprint=" + authority.rootFingerprint(),
                        "agent.http01-port=" + system.authority().acme().http01Port(),
                        "swarm.devices=1",
                        "swarm.name-prefix=" + PREFIX,
                        "swarm.address-range=" + (sharesItsAddress() ? SwarmConfig.SHARED : range()),
                        "swarm.load.measure=1"))
                .config();
    }

    /** Eight addresses behind those of the fleet. */
    private AddressRange range() {
        var fleet = AddressRange.parse(system.swarm().addressRange());
        var first = fleet.nth((system.swarm().devices() / 8 + 2) * 8L);
        return new AddressRange(first, first.getAddress().length * 8 - 3);
    }
}
