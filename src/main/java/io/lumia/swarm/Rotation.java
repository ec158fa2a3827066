package io.lumia.swarm;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/** Renews every device of an event loop once, so many a second, whatever their certificates say. */
final class Rotation {
    private final Queue<SimulatedDevice> waiting = new ArrayDeque<>();
    private final Set<SimulatedDevice> asked = new HashSet<>();
    private final double perStep;
    private final int most;
    private double allowance;

    /** @param most that renew at the same time */
    Rotation(List<SimulatedDevice> devices, double perStep, int most) {
        devices.forEach(device -> {
            device.countRenewals();
            waiting.add(device);
        });
        this.perStep = perStep;
        this.most = most;
    }

    /**
     * Who cannot renew now has its turn after the others.
     *
     * @return whether all have renewed
     */
    boolean step() {
        asked.removeIf(SimulatedDevice::hasRenewed);
        int looked = waiting.size();
        for (allowance += perStep; allowance >= 1 && looked > 0 && asked.size() < most; looked--) {
            var next = waiting.remove();
            if (next.renewNow()) {
                asked.add(next);
                allowance--;
            } else if (!next.hasRenewed()) {
                waiting.add(next);
            }
        }
        allowance = Math.min(allowance, Math.max(1, perStep));
        return waiting.isEmpty() && asked.isEmpty();
    }
}
