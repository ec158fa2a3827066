package io.lumia.bench;

import io.lumia.bench.BrokerBench.Ground;
import io.lumia.bench.mqtt.Credential;
import io.lumia.bench.mqtt.Link;
import io.lumia.bench.mqtt.LinkListener;
import io.lumia.bench.mqtt.Network.Wanted;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Publishers that send as fast as the subscriber gets it: each has a bounded number of messages on their way, so that no broker's queue overflows
 * and everything that is sent counts.
 */
final class Flood {
    /** No more than brokers take unacknowledged: both announce this receive maximum (MQTT 5, 4.9). */
    private static final int ON_THEIR_WAY = 100;

    private static final int BATCH = ON_THEIR_WAY / 4;

    private final Broker broker;
    private final int qos;
    private final List<Source> sources = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final AtomicLong received = new AtomicLong();
    private volatile boolean broken;

    Flood(Ground ground, Broker broker, List<Credential> publishers, int qos) throws BenchFailed, InterruptedException {
        this.broker = broker;
        this.qos = qos;
        var observing = Traffic.awaited(
                ground.network().connect(new Wanted(broker.port(), ground.observer(), true, 0, new Sink())));
        links.add(observing);
        var unused = Traffic.awaited(observing.subscribe("devices/+/flood", 1));
        for (Credential publisher : publishers) {
            var link = Traffic.awaited(
                    ground.network().connect(new Wanted(broker.port(), publisher, true, 0, LinkListener.DEAF)));
            links.add(link);
            var source = new Source(sources.size(), link, publisher.name());
            link.listener(source);
            sources.add(source);
        }
    }

    void begin() {
        sources.forEach(source -> source.link.execute(source));
    }

    /**
     * Messages that the subscriber got so far.
     *
     * @throws BenchFailed when the broker ended a publisher's connection
     */
    long received() throws BenchFailed {
        if (broken) {
            throw new BenchFailed(broker.name() + " ended the connection of a publisher");
        }
        return received.get();
    }

    /** One publisher; on its event loop. */
    private final class Source implements Runnable, LinkListener {
        private final Link link;
        private final byte[] topic;
        private final byte[] payload;
        private final AtomicLong arrived = new AtomicLong();
        private long sent;
        private long acknowledged;
        private volatile boolean over;

        private Source(int index, Link link, String name) {
            this.link = link;
            this.topic = ("devices/" + name + "/flood").getBytes(StandardCharsets.UTF_8);
            this.payload = ByteBuffer.allocate(Publisher.PAYLOAD).putInt(index).array();
        }

        @Override
        public void run() {
            long through = qos == 0 ? arrived.get() : Math.min(arrived.get(), acknowledged);
            long allowed = through + ON_THEIR_WAY;
            for (; !over && sent < allowed; sent++) {
                link.publish(topic, qos == 0 ? 0 : link.nextId(), false, payload);
            }
            link.flush();
        }

        @Override
        public void acknowledged(int packetId, int reason) {
            acknowledged++;
            if (acknowledged % BATCH == 0) {
                run();
            }
        }

        @Override
        public void closed(Link closed, int reason) {
            broken |= !over;
        }
    }

    private final class Sink implements LinkListener {
        @Override
        public void message(ByteBuf payload) {
            var from = sources.get(payload.readInt());
            received.lazySet(received.get() + 1);
            if (from.arrived.incrementAndGet() % BATCH == 0) {
                from.link.execute(from);
            }
        }
    }

    /** Ends publishers and subscriber. */
    void end() throws BenchFailed, InterruptedException {
        sources.forEach(source -> source.over = true);
        Arrivals.end(links, broker);
    }
}
