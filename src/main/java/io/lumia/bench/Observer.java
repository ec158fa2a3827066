package io.lumia.bench;

import io.lumia.bench.mqtt.LinkListener;
import io.netty.buffer.ByteBuf;
import java.util.BitSet;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Hears everything that the devices publish: how late it is, what is missing, what came twice. */
final class Observer implements LinkListener {
    private final List<Publisher> publishers;
    private final BitSet[] received;
    private Histogram lateness = new Histogram(3);
    private int twice;

    Observer(List<Publisher> publishers) {
        this.publishers = publishers;
        this.received = new BitSet[publishers.size()];
        for (int i = 0; i < received.length; i++) {
            received[i] = new BitSet();
        }
    }

    @Override
    public synchronized void message(ByteBuf payload) {
        int from = payload.readInt();
        int number = payload.readInt();
        long late = System.nanoTime() - payload.readLong();
        if (received[from].get(number)) {
            // QoS 1 allows it where the device had to send again
            twice += publishers.get(from).wasRepeated(number) ? 0 : 1;
        } else {
            received[from].set(number);
            lateness.recordValue(Math.max(0, late));
        }
    }

    /** @return from when a message was due to when it came, in nanoseconds, since the last call */
    synchronized Histogram lateness() {
        var until = lateness;
        lateness = new Histogram(3);
        return until;
    }

    synchronized int missing() {
        int missing = 0;
        for (int i = 0; i < received.length; i++) {
            missing += publishers.get(i).published() - received[i].cardinality();
        }
        return missing;
    }

    synchronized int twice() {
        return twice;
    }
}
