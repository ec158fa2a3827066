package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A client that was there before, and how long its round trips take: PINGREQ and a PUBLISH at QoS 1 in turn. */
final class Witness implements AutoCloseable {
    private final RawMqtt client;
    private final List<Long> nanos = new ArrayList<>();
    private final Thread thread = new Thread(this::watch, "witness");
    private volatile boolean over;
    private volatile @Nullable Throwable failed;

    Witness(TestBroker broker) throws Exception {
        client = RawMqtt.connect(broker, broker.authority.device("dev-witness"));
        assertThat(client.say(Connect.mqtt5("witness")).at(1)).isZero();
        thread.start();
    }

    private void watch() {
        try {
            while (!over) {
                long began = System.nanoTime();
                client.ping();
                client.send(RawMqtt.publish(5, "devices/dev-witness/a", new byte[10], 1, 1));
                assertThat(client.next().type()).isEqualTo(RawMqtt.PUBACK);
                nanos.add(System.nanoTime() - began);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        } catch (Throwable broken) {
            failed = broken;
        }
    }

    /** Ends it. @return its figures, in milliseconds for two round trips */
    String figures() throws Exception {
        over = true;
        thread.join();
        assertThat(failed).as("others are unharmed").isNull();
        var sorted = nanos.stream().sorted().toList();
        assertThat(sorted).isNotEmpty();
        return String.format(
                "p50 %.1f ms, p99 %.1f ms, longest %.1f ms",
                sorted.get(sorted.size() / 2) / 1e6,
                sorted.get(sorted.size() * 99 / 100) / 1e6,
                sorted.get(sorted.size() - 1) / 1e6);
    }

    @Override
    public void close() throws IOException {
        over = true;
        client.close();
    }
}
