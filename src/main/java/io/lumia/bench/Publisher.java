package io.lumia.bench;

import io.lumia.bench.mqtt.Link;
import io.lumia.bench.mqtt.LinkListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A device that publishes numbered messages at QoS 1 and sends what was not acknowledged again on its next connection. */
final class Publisher implements LinkListener {
    static final int PAYLOAD = 100;
    private static final int TAKEN_OVER = 0x8E;
    private static final int NOT_TAKEN = 0x80;

    private final int index;
    private final byte[] topic;
    private final Map<Integer, byte[]> unacknowledged = new LinkedHashMap<>();
    private final BitSet repeated = new BitSet();
    private final AtomicInteger dropped;
    private Link link;
    private boolean ends;
    private boolean changes;
    private int sequence;
    private int refused;

    /** @param dropped counts connections that the broker closed without a cause of ours */
    Publisher(int index, Link link, String name, AtomicInteger dropped) {
        this.index = index;
        this.link = link;
        this.topic = ("devices/" + name + "/telemetry").getBytes(StandardCharsets.UTF_8);
        this.dropped = dropped;
        link.listener(this);
    }

    /** @param due when this message should leave, as {@link System#nanoTime} */
    synchronized void publish(long due) {
        int packetId = link.nextId();
        var payload = ByteBuffer.allocate(PAYLOAD)
                .putInt(index)
                .putInt(sequence++)
                .putLong(due)
                .array();
        unacknowledged.put(packetId, payload);
        link.publish(topic, packetId, false, payload);
        link.flush();
    }

    /** Goes on with another connection, which has taken the session over. */
    synchronized void continueOn(Link next) {
        link = next;
        changes = false;
        next.listener(this);
        next.skipIds(unacknowledged.keySet());
        unacknowledged.forEach((packetId, payload) -> {
            repeated.set(ByteBuffer.wrap(payload).getInt(Integer.BYTES));
            next.publish(topic, packetId, true, payload);
        });
        next.flush();
    }

    /** Another connection is about to take the session over. */
    synchronized void changesNow() {
        changes = true;
    }

    /** What follows is no drop. */
    synchronized void endsNow() {
        ends = true;
    }

    @Override
    public synchronized void acknowledged(int packetId, int reason) {
        unacknowledged.remove(packetId);
        refused += reason >= NOT_TAKEN ? 1 : 0;
    }

    @Override
    public synchronized void closed(Link closed, int reason) {
        // Mosquitto does not always say that the session was taken over
        boolean takenOver = reason == TAKEN_OVER || (changes && reason < 0);
        if (!ends && !takenOver && closed == link) {
            dropped.incrementAndGet();
        }
    }

    synchronized boolean isAcknowledged() {
        return unacknowledged.isEmpty();
    }

    /** How many were published. */
    synchronized int published() {
        return sequence;
    }

    /** How many the broker would not take. */
    synchronized int refused() {
        return refused;
    }

    /** Whether it was sent twice, so that the subscriber may get it twice. */
    synchronized boolean wasRepeated(int number) {
        return repeated.get(number);
    }

    static List<Publisher> all(List<Link> links, List<String> names, AtomicInteger dropped) {
        var publishers = new ArrayList<Publisher>();
        for (int i = 0; i < links.size(); i++) {
            publishers.add(new Publisher(i, links.get(i), names.get(i), dropped));
        }
        return publishers;
    }
}
