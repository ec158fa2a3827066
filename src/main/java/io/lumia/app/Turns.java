package io.lumia.app;

import io.lumia.x509.DeviceName;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Whose turn it is, of the devices that were heard of. */
final class Turns {
    private final Set<String> devices = new LinkedHashSet<>();

    void heardOf(String device) {
        devices.add(device);
    }

    boolean knows(String device) {
        return devices.contains(device);
    }

    /** Those whose names are of the fleet. */
    List<DeviceName> all() {
        return devices.stream().flatMap(Turns::name).toList();
    }

    private static Stream<DeviceName> name(String device) {
        try {
            return Stream.of(new DeviceName(device));
        } catch (IllegalArgumentException other) {
            return Stream.empty();
        }
    }

    /** Each after all others; empty while no device is known. */
    Optional<String> next() {
        var turn = devices.iterator();
        if (!turn.hasNext()) {
            return Optional.empty();
        }
        var device = turn.next();
        turn.remove();
        devices.add(device);
        return Optional.of(device);
    }
}
