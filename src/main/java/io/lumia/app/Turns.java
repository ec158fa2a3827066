package io.lumia.app;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Whose turn it is, of the devices that were heard of. */
final class Turns {
    private final Set<String> devices = new LinkedHashSet<>();

    void heardOf(String device) {
        devices.add(device);
    }

    boolean knows(String device) {
        return devices.contains(device);
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
