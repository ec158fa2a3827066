package io.lumia.broker;

import io.lumia.broker.durable.StoreFigures;
import io.lumia.bus.FleetBus.BrokerLoad;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.BrokerStoreStatistics;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the broker counts, from all event loops at once. */
final class BrokerCounters {
    private final Map<String, LongAdder> connects = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> disconnects = new ConcurrentHashMap<>();
    private final LongAdder[] received = adders(3);
    private final LongAdder[] sent = adders(3);
    private final LongAdder[] dropped = adders(3);
    private final LongAdder deniedPublish = new LongAdder();
    private final LongAdder deniedSubscribe = new LongAdder();

    /** @param result {@code accepted}, or the label of a refusal */
    void connect(String result) {
        count(connects, result);
    }

    void disconnect(CloseReason reason) {
        count(disconnects, reason.label());
    }

    void received(int qos) {
        received[qos].increment();
    }

    void sent(int qos) {
        sent[qos].increment();
    }

    /** A message that a session had no room for. */
    void dropped(int qos) {
        dropped[qos].increment();
    }

    void deniedPublish() {
        deniedPublish.increment();
    }

    void deniedSubscribe() {
        deniedSubscribe.increment();
    }

    long received() {
        return sum(received);
    }

    long sent() {
        return sum(sent);
    }

    long dropped() {
        return sum(dropped);
    }

    private static long sum(LongAdder[] adders) {
        return Arrays.stream(adders).mapToLong(LongAdder::sum).sum();
    }

    BrokerStatistics statistics(long connections, long sessions, long retained, BrokerLoad load, StoreFigures store) {
        var publishes = new TreeMap<String, Long>();
        tell(publishes, received, "in");
        tell(publishes, sent, "out");
        tell(publishes, dropped, "dropped");
        return new BrokerStatistics(
                connections,
                sessions,
                retained,
                values(connects),
                Map.copyOf(publishes),
                Map.of("publish", deniedPublish.sum(), "subscribe", deniedSubscribe.sum()),
                values(disconnects),
                load,
                statistics(store));
    }

    private static BrokerStoreStatistics statistics(StoreFigures store) {
        return new BrokerStoreStatistics(
                store.failing(),
                store.sizeBytes(),
                store.messages(),
                store.copies(),
                store.commits(),
                store.changes(),
                Duration.ofNanos(store.commitNanos()),
                store.failures());
    }

    private static void tell(Map<String, Long> publishes, LongAdder[] byQos, String direction) {
        for (int qos = 0; qos < byQos.length; qos++) {
            publishes.put(qos + "/" + direction, byQos[qos].sum());
        }
    }

    private static void count(Map<String, LongAdder> counters, String key) {
        counters.computeIfAbsent(key, first -> new LongAdder()).increment();
    }

    private static Map<String, Long> values(Map<String, LongAdder> counters) {
        var values = new TreeMap<String, Long>();
        counters.forEach((key, adder) -> values.put(key, adder.sum()));
        return Map.copyOf(values);
    }

    private static LongAdder[] adders(int count) {
        var adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}
