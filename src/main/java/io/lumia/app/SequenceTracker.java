package io.lumia.app;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds lost and duplicated messages by their sequence numbers, for each device and run. Counting begins with the first number that is seen of
 * a run.
 */
final class SequenceTracker {
    /** Gaps that are remembered for each device; older ones stay counted as lost. */
    private static final int MOST_GAPS = 10_000;

    private final Map<String, Run> runs = new HashMap<>();
    private long lost;
    private long duplicated;

    private static final class Run {
        final String id;
        final Set<Long> missing = new HashSet<>();
        long highest;

        Run(String id, long first) {
            this.id = id;
            this.highest = first;
        }
    }

    void received(String device, String run, long sequence) {
        var known = runs.get(device);
        if (known == null || !known.id.equals(run)) {
            runs.put(device, new Run(run, sequence));
            return;
        }
        if (sequence > known.highest) {
            gap(known, sequence);
            known.highest = sequence;
        } else if (known.missing.remove(sequence)) {
            lost--;
        } else {
            duplicated++;
        }
    }

    /** Numbers that were left out and have not come yet. */
    long lost() {
        return lost;
    }

    /** Numbers that came more than once. */
    long duplicated() {
        return duplicated;
    }

    private void gap(Run run, long sequence) {
        lost += sequence - run.highest - 1;
        for (long left = run.highest + 1; left < sequence && run.missing.size() < MOST_GAPS; left++) {
            run.missing.add(left);
        }
    }
}
