package io.lumia.simulation;

import io.lumia.simulation.Scenario.Capacity;

/** The CA's admission: so many wait for their turn, more are refused at once, which costs a little as well. */
final class Desk {
    private final Capacity capacity;
    private final double perTick;
    private final int[] line;
    private int head;
    private int waiting;
    private double budget;
    /** What the refusals since the last tick have cost. */
    private double refusals;

    Desk(Capacity capacity, double secondsPerTick) {
        this.capacity = capacity;
        perTick = capacity.perSecond() * secondsPerTick;
        // what comes within a tick is not served before its end
        line = new int[capacity.isUnlimited() ? 0 : capacity.waiting() + (int) Math.ceil(perTick)];
    }

    boolean isUnlimited() {
        return capacity.isUnlimited();
    }

    boolean admits() {
        return waiting < line.length;
    }

    void queue(int device) {
        line[(head + waiting) % line.length] = device;
        waiting++;
    }

    void refuse() {
        refusals = Math.min(perTick * Capacity.MOST_FOR_REFUSALS, refusals + Capacity.COST_OF_REFUSAL);
    }

    /** Time passes: what an idle CA could have done is not saved up. */
    void tick() {
        budget = Math.min(budget, 1) + perTick - refusals;
        refusals = 0;
    }

    boolean hasTurn() {
        if (waiting == 0) {
            budget = Math.min(budget, 0);
            return false;
        }
        return budget >= 1;
    }

    int next() {
        budget -= 1;
        return leave();
    }

    /** Takes the first out of the line, or {@link Calendar#NOBODY}. */
    int leave() {
        if (waiting == 0) {
            return Calendar.NOBODY;
        }
        int device = line[head];
        head = (head + 1) % line.length;
        waiting--;
        return device;
    }
}
