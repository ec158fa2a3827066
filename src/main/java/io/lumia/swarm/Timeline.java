package io.lumia.swarm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Samples of a run, however long: when there are too many, two at a time become one, and later ones are taken less often. */
final class Timeline {
    static final int MOST = 1200;

    private final List<Sample> samples = new ArrayList<>();
    private @Nullable Sample pending;
    private int step = 1;
    private int taken;

    synchronized void add(Sample sample) {
        pending = pending == null ? sample : pending.with(sample);
        taken++;
        if (taken < step) {
            return;
        }
        samples.add(pending);
        pending = null;
        taken = 0;
        if (samples.size() >= MOST) {
            halve();
        }
    }

    /** In order of time. */
    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    private void halve() {
        var halved = new ArrayList<Sample>();
        for (int i = 0; i + 1 < samples.size(); i += 2) {
            halved.add(samples.get(i).with(samples.get(i + 1)));
        }
        samples.clear();
        samples.addAll(halved);
        step *= 2;
    }
}
