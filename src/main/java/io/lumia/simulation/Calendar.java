package io.lumia.simulation;

import java.util.Arrays;

/** Which device acts in which tick. Each device is in it once at most; what lies beyond the end is forgotten. */
final class Calendar {
    static final int NOBODY = -1;

    private final int[] first;
    private final int[] next;

    Calendar(int ticks, int devices) {
        first = new int[ticks];
        next = new int[devices];
        Arrays.fill(first, NOBODY);
    }

    int ticks() {
        return first.length;
    }

    void add(int device, long tick) {
        if (tick < first.length) {
            next[device] = first[(int) tick];
            first[(int) tick] = device;
        }
    }

    /** Takes one out of this tick, or {@link #NOBODY}. */
    int take(int tick) {
        int device = first[tick];
        if (device != NOBODY) {
            first[tick] = next[device];
        }
        return device;
    }
}
