package io.lumia.swarm;

import io.lumia.access.AddressRange;
import io.lumia.config.SwarmConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which address each identity of this process speaks from: the application has the first host of the range, the devices the following ones.
 * Where the system has only 127.0.0.1, all share it.
 *
 * @param devices in the order of their numbers
 * @param ranges hold exactly all of these addresses, for a whitelist
 */
public record SwarmAddresses(InetAddress app, List<InetAddress> devices, List<AddressRange> ranges) {
    private static final String LOOPBACK = "127.0.0.1";
    private static final InetAddress ANY = AddressRange.address("0.0.0.0");

    /**
     * Chooses.
     *
     * @param app the application's configured address; null: the first host of the range
     * @param bindable whether this system lets a process bind the address, {@link #canBind} outside tests
     */
    public static SwarmAddresses choose(
            SwarmConfig config, @Nullable InetAddress app, Predicate<InetAddress> bindable) {
        if (config.addressRange().equals(SwarmConfig.SHARED)) {
            return shared(config.devices(), app);
        }
        var range = AddressRange.parse(config.addressRange());
        var last = range.nth(config.devices() + 1L);
        if (!bindable.test(range.nth(1)) || !bindable.test(last)) {
            return shared(config.devices(), app);
        }
        var devices = IntStream.rangeClosed(1, config.devices())
                .mapToObj(number -> range.nth(number + 1L))
                .toList();
        var own = app == null ? range.nth(1) : app;
        var ranges = AddressRange.covering(range.nth(1), last);
        return new SwarmAddresses(own, devices, covered(ranges, own));
    }

    /**
     * For a process whose provisioning service is another's, on another host perhaps: what shares 127.0.0.1 speaks from whichever address
     * leads there, and answers challenges on all.
     */
    public SwarmAddresses towardsOthers() {
        var loopback = AddressRange.address(LOOPBACK);
        return new SwarmAddresses(
                app.equals(loopback) ? ANY : app,
                devices.stream()
                        .map(device -> device.equals(loopback) ? ANY : device)
                        .toList(),
                ranges);
    }

    /** Tries to listen there. */
    public static boolean canBind(InetAddress address) {
        try (var tried = new ServerSocket(0, 1, address)) {
            return tried.isBound();
        } catch (IOException notHere) {
            return false;
        }
    }

    private static SwarmAddresses shared(int devices, @Nullable InetAddress app) {
        var loopback = AddressRange.address(LOOPBACK);
        var own = app == null ? loopback : app;
        var ranges = List.of(AddressRange.parse(LOOPBACK));
        return new SwarmAddresses(own, Collections.nCopies(devices, loopback), covered(ranges, own));
    }

    private static List<AddressRange> covered(List<AddressRange> ranges, InetAddress app) {
        if (ranges.stream().anyMatch(range -> range.contains(app))) {
            return List.copyOf(ranges);
        }
        var all = new ArrayList<>(ranges);
        all.add(AddressRange.parse(app.getHostAddress()));
        return List.copyOf(all);
    }
}
