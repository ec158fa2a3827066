package io.lumia.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishers and subscribers whose sessions last, by HiveMQ's client, which connects again by itself and goes on with what was not acknowledged. They
 * remember what the broker acknowledged and what came.
 */
final class SessionLoad implements AutoCloseable {
    static final int PUBLISHERS_OF_EACH_QOS = 2;
    private static final String OFFLINE = "sleeper";
    private static final List<String> SUBSCRIBERS = List.of("one", "two", OFFLINE);
    private static final int UNACKNOWLEDGED = 64;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long AN_HOUR = 3600;

    private final MqttClientSslConfig tls;
    private final int port;
    private final List<Mqtt5AsyncClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final Map<Integer, Sent> sent = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /** What one publisher sent; the messages are numbered from 1. */
    static final class Sent {
        final int qos;
        final AtomicInteger published = new AtomicInteger();
        final AtomicInteger acknowledged = new AtomicInteger();
        final AtomicInteger failed = new AtomicInteger();
        final Semaphore window = new Semaphore(UNACKNOWLEDGED);

        private Sent(int qos) {
            this.qos = qos;
        }
    }

    /** What one subscriber got: how often each number of each publisher came. */
    static final class Heard {
        final Map<Integer, Map<Integer, Integer>> times = new ConcurrentHashMap<>();
        final Map<Integer, Integer> last = new ConcurrentHashMap<>();
        final Map<Integer, Integer> early = new ConcurrentHashMap<>();

        private void note(Mqtt5Publish message) {
            var parts = new String(message.getPayloadAsBytes(), US_ASCII).split(":");
            int publisher = Integer.parseInt(parts[0]);
            int number = Integer.parseInt(parts[1]);
            int count = times.computeIfAbsent(publisher, first -> new ConcurrentHashMap<>())
                    .merge(number, 1, Integer::sum);
            var before = last.put(publisher, number);
            if (count == 1 && before != null && number < before) {
                early.merge(publisher, 1, Integer::sum);
            }
        }

        int distinct(int publisher) {
            return times.getOrDefault(publisher, Map.of()).size();
        }

        /** How many came for the first time after a later one. */
        int outOfOrder(int publisher) {
            return early.getOrDefault(publisher, 0);
        }

        long repeated(int publisher) {
            return times.getOrDefault(publisher, Map.of()).values().stream()
                    .filter(count -> count > 1)
                    .count();
        }
    }

    SessionLoad(MqttClientSslConfig tls, int port) {
        this.tls = tls;
        this.port = port;
    }

    Map<String, Heard> heard() {
        return heard;
    }

    Map<Integer, Sent> sent() {
        return sent;
    }

    int acknowledged() {
        return sent.values().stream().mapToInt(each -> each.acknowledged.get()).sum();
    }

    /** Opens the sessions; one of them leaves again until {@link #wake}. */
    void begin() throws Exception {
        for (String name : SUBSCRIBERS) {
            heard.put(name, new Heard());
            var client = connected(name);
            client.subscribeWith()
                    .topicFilter("soak/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send()
                    .get(1, TimeUnit.MINUTES);
            if (name.equals(OFFLINE)) {
                client.disconnect().get(1, TimeUnit.MINUTES);
            }
        }
        for (int number = 0; number < 2 * PUBLISHERS_OF_EACH_QOS; number++) {
            var mine = new Sent(1 + number % 2);
            sent.put(number, mine);
            var client = connected("publisher-" + number);
            int own = number;
            var thread = new Thread(() -> publish(client, own, mine), "publisher-" + number);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /** The one that was away comes back for all that was published meanwhile. */
    void wake() throws Exception {
        var unused = connected(OFFLINE);
    }

    /** Publishes no more; what is not acknowledged still is. */
    void end() throws Exception {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(60));
        }
    }

    private void publish(Mqtt5AsyncClient client, int number, Sent mine) {
        while (!stopped) {
            try {
                if (!mine.window.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                    continue;
                }
            } catch (InterruptedException over) {
                return;
            }
            int next = mine.published.incrementAndGet();
            client.publishWith()
                    .topic("soak/" + number)
                    .qos(mine.qos == 1 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE)
                    .payload((number + ":" + next).getBytes(US_ASCII))
                    .send()
                    .whenComplete((result, failure) -> {
                        boolean refused = failure != null || result.getError().isPresent();
                        (refused ? mine.failed : mine.acknowledged).incrementAndGet();
                        mine.window.release();
                    });
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private Mqtt5AsyncClient connected(String name) throws Exception {
        var client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(name)
                .serverHost("localhost")
                .serverPort(port)
                .sslConfig(tls)
                .automaticReconnect()
                .initialDelay(50, TimeUnit.MILLISECONDS)
                .maxDelay(500, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        var mine = heard.get(name);
        if (mine != null) {
            client.publishes(MqttGlobalPublishFilter.ALL, mine::note);
        }
        client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(AN_HOUR)
                .send()
                .get(1, TimeUnit.MINUTES);
        clients.add(client);
        return client;
    }

    @Override
    public void close() {
        stopped = true;
        clients.forEach(client -> {
            if (client.getState().isConnectedOrReconnect()) {
                client.disconnect().exceptionally(gone -> null).join();
            }
        });
    }
}
