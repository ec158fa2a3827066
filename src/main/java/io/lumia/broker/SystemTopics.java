package io.lumia.broker;

import io.netty.handler.codec.mqtt.MqttProperties;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What operators look at, as retained messages below {@code $SYS/broker}, in Mosquitto's words. Only a rule that names {@code $SYS} lets a client
 * read them. One thread at a time.
 */
final class SystemTopics {
    private static final Duration[] PERIODS = {Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofMinutes(15)};

    /** A counter's growth for each minute, averaged over some periods; recent moments count most. */
    private static final class Load {
        private final double[] perMinute = new double[PERIODS.length];
        private long last;

        private void count(long now, double minutes) {
            double rate = (now - last) / minutes;
            last = now;
            for (int i = 0; i < PERIODS.length; i++) {
                double weight = Math.exp(-minutes / PERIODS[i].toMinutes());
                perMinute[i] = perMinute[i] * weight + rate * (1 - weight);
            }
        }
    }

    private final Hub hub;
    private final Instant started;
    private final Load received = new Load();
    private final Load sent = new Load();
    private Instant last;

    SystemTopics(Hub hub) {
        this.hub = hub;
        this.started = hub.clock().instant();
        this.last = started;
    }

    void publish() {
        var now = hub.clock().instant();
        double minutes = Duration.between(last, now).toMillis() / 60_000.0;
        var counters = hub.counters();
        if (minutes > 0) {
            received.count(counters.received(), minutes);
            sent.count(counters.sent(), minutes);
            last = now;
        }
        var values = new LinkedHashMap<String, Object>();
        values.put("version", "Lumia " + version());
        values.put("uptime", Duration.between(started, now).toSeconds() + " seconds");
        clients(values);
        values.put("messages/received", counters.received());
        values.put("messages/sent", counters.sent());
        values.put("publish/messages/dropped", counters.dropped());
        values.put("retained messages/count", hub.retained().size());
        values.put("subscriptions/count", hub.sessions().tree().size());
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        values.put("heap/current", heap.getUsed());
        load(values, "load/messages/received/", received);
        load(values, "load/messages/sent/", sent);
        values.forEach(this::publish);
    }

    private void clients(Map<String, Object> values) {
        int connected = hub.connections().count();
        int sessions = hub.sessions().size();
        values.put("clients/connected", connected);
        values.put("clients/disconnected", Math.max(0, sessions - connected));
        values.put("clients/total", Math.max(sessions, connected));
    }

    private static void load(Map<String, Object> values, String topic, Load load) {
        for (int i = 0; i < PERIODS.length; i++) {
            values.put(topic + PERIODS[i].toMinutes() + "min", Math.round(load.perMinute[i] * 100) / 100.0);
        }
    }

    private void publish(String topic, Object value) {
        hub.router()
                .publish(new Message(
                        "$SYS/broker/" + topic,
                        value.toString().getBytes(StandardCharsets.UTF_8),
                        0,
                        true,
                        MqttProperties.NO_PROPERTIES,
                        Message.NEVER,
                        SessionKey.BROKER));
    }

    private static String version() {
        @Nullable String number = SystemTopics.class.getPackage().getImplementationVersion();
        return Optional.ofNullable(number).orElse("development");
    }
}
