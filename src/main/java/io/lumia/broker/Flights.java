package io.lumia.broker;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one session's {@link Outbox} has sent and is not acknowledged, by packet id, in the order in which it was sent. One thread at a time. */
final class Flights {
    private static final int MOST_IDS = 65_535;

    private final Map<Integer, Flight> byId = new LinkedHashMap<>();
    private final ByteBudget inAll;
    private long bytes;
    private int lastId;

    /** @param inAll what all sessions may hold together */
    Flights(ByteBudget inAll) {
        this.inAll = inAll;
    }

    /** @return its packet id; only while not {@link #isFull} */
    int add(Flight flight) {
        do {
            lastId = lastId % MOST_IDS + 1;
        } while (byId.containsKey(lastId));
        put(lastId, flight);
        return lastId;
    }

    /** With the packet id that it had. */
    void restore(int packetId, Flight flight) {
        lastId = packetId;
        put(packetId, flight);
    }

    private void put(int packetId, Flight flight) {
        byId.put(packetId, flight);
        bytes += flight.size();
        inAll.take(flight.size());
    }

    @Nullable
    Flight get(int packetId) {
        return byId.get(packetId);
    }

    void remove(int packetId) {
        var gone = byId.remove(packetId);
        if (gone != null) {
            landed(gone);
        }
    }

    void removeIf(Predicate<Flight> gone) {
        for (Iterator<Flight> each = byId.values().iterator(); each.hasNext(); ) {
            var flight = each.next();
            if (gone.test(flight)) {
                each.remove();
                landed(flight);
            }
        }
    }

    private void landed(Flight flight) {
        bytes -= flight.size();
        inAll.giveBack(flight.size());
    }

    Collection<Integer> packetIds() {
        return byId.keySet();
    }

    long bytes() {
        return bytes;
    }

    int size() {
        return byId.size();
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    /** Whether every packet id is taken. */
    boolean isFull() {
        return byId.size() >= MOST_IDS;
    }
}
