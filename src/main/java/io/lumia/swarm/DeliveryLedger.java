package io.lumia.swarm;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What became of a device's messages. Time counts from when a message was due, so that whatever kept it waiting (a stalled broker, an event loop
 * that was late, a connection that was gone) is part of its delivery. For one event loop.
 */
final class DeliveryLedger {
    /** Of a message that the broker has, to a device that is connected. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Lost ones that are remembered in case they come after all. */
    private static final int MOST_LOST = 10_000;

    private static final class UnderWay {
        final long due;
        long acceptedAt = Long.MAX_VALUE;

        UnderWay(long due) {
            this.due = due;
        }
    }

    /** What a message that came back was. */
    enum Arrival {
        FIRST,
        LATE,
        AGAIN
    }

    private final Map<Long, UnderWay> underWay = new LinkedHashMap<>(4);
    private final Set<Long> lost = new HashSet<>(0);
    private final SwarmTally tally;

    DeliveryLedger(SwarmTally tally) {
        this.tally = tally;
    }

    void sent(long number, long due) {
        underWay.put(number, new UnderWay(due));
    }

    /** The broker has it now, or it is on the way to a broker that does not say. */
    void accepted(long number, long now) {
        var message = underWay.get(number);
        if (message != null) {
            message.acceptedAt = now;
        }
    }

    /** The broker refused it, or nobody will send it any more. */
    void forget(long number) {
        underWay.remove(number);
    }

    Arrival arrived(long number, long now) {
        var message = underWay.remove(number);
        if (message != null) {
            tally.received.increment();
            tally.delivery.record(now - message.due);
            return Arrival.FIRST;
        }
        if (lost.remove(number)) {
            tally.received.increment();
            tally.late.increment();
            return Arrival.LATE;
        }
        tally.duplicated.increment();
        return Arrival.AGAIN;
    }

    /** Gives up what the broker has had for so long, all the while with the device connected. */
    void giveUp(long now, long connectedSince, Duration patience) {
        var all = underWay.entrySet().iterator();
        while (all.hasNext()) {
            var next = all.next();
            long accepted = next.getValue().acceptedAt;
            if (accepted != Long.MAX_VALUE && now - Math.max(accepted, connectedSince) >= patience.toNanos()) {
                all.remove();
                tally.lost.increment();
                if (lost.size() < MOST_LOST) {
                    lost.add(next.getKey());
                }
            }
        }
    }

    /**
     * The end: what did not come back counts with the time that it has waited, or a broker that never recovers would show good times.
     *
     * @param connected whether the broker could have delivered what it has
     */
    void close(long now, boolean connected) {
        for (UnderWay message : underWay.values()) {
            tally.delivery.record(now - message.due);
            (connected && message.acceptedAt != Long.MAX_VALUE ? tally.lost : tally.unfinished).increment();
        }
        underWay.clear();
    }

    /** Messages under way. */
    int size() {
        return underWay.size();
    }
}
