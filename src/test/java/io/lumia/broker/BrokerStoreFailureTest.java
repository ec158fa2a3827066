package io.lumia.broker;

import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.broker.durable.FailingRows;
import io.lumia.config.BrokerConfig.TopicRule;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker while its disk takes nothing: who is refused, and who does not notice. */
class BrokerStoreFailureTest {
    private static final int[] AN_HOUR = {17, 0, 0, 0x0e, 0x10};

    @TempDir
    Path data;

    private TestBroker broker;
    private FailingRows disk;
    private RawMqtt kept;

    @BeforeEach
    void start() throws Exception {
        var everything = new TopicRule("lumia-app", List.of("#"), List.of("#"));
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config(everything), directory -> {
            var opened = FailingRows.open(directory);
            disk = opened.rows();
            return opened.store();
        });
        kept = connected(Connect.mqtt5("kept").properties(AN_HOUR));
        kept.send(RawMqtt.subscribe(5, "kept", 2, 1));
        assertThat(kept.next().at(3)).isEqualTo(2);
        disk.failing = true;
    }

    @AfterEach
    void stop() throws Exception {
        disk.failing = false;
        kept.close();
        broker.close();
    }

    @Test
    void acknowledges_nothing_that_it_cannot_keep_and_passes_it_to_nobody() throws Exception {
        try (var publisher = connected(Connect.mqtt5("publisher"))) {
            publisher.send(RawMqtt.publish(5, "kept", new byte[] {1}, 1, 1));
            assertThat(publisher.next().at(2)).as("PUBACK").isEqualTo(0x83);
            publisher.send(RawMqtt.publish(5, "kept", new byte[] {2}, 2, 2));
            assertThat(publisher.next().at(2)).as("PUBREC").isEqualTo(0x83);
            kept.ping();
            assertThat(broker.statistics().store().failing()).isTrue();
            disk.failing = false;
            until("it can write again", () -> !broker.statistics().store().failing());
            publisher.send(RawMqtt.publish(5, "kept", new byte[] {2}, 2, 2));
            assertThat(publisher.next().body()).as("PUBREC").hasSize(2);
            assertThat(kept.next().lastByte()).isEqualTo(2);
        }
    }

    @Test
    void ends_the_connection_of_a_client_that_cannot_be_told() throws Exception {
        try (var publisher = connected(Connect.mqtt3("publisher"))) {
            publisher.send(RawMqtt.publish(4, "kept", new byte[] {1}, 1, 1));
            assertThat(publisher.isClosedByBroker()).isTrue();
        }
        until("counted", () -> broker.statistics().disconnects().containsKey("store_failed"));
    }

    @Test
    void opens_no_sessions_and_subscriptions_that_it_cannot_keep() throws Exception {
        try (var refused = RawMqtt.connect(broker, broker.authority.device("lumia-app"))) {
            assertThat(refused.say(Connect.mqtt5("new").properties(AN_HOUR)).at(1))
                    .isEqualTo(0x88);
            assertThat(refused.isClosedByBroker()).isTrue();
        }
        until("it is over", () -> broker.statistics().sessions() == 1);
        kept.send(RawMqtt.subscribe(5, "more", 1, 2));
        assertThat(kept.next().at(3)).isEqualTo(0x83);
        try (var publisher = connected(Connect.mqtt5("publisher"))) {
            publisher.send(RawMqtt.publish(5, "more", new byte[] {1}, 1, 1));
            assertThat(publisher.next().at(2)).as("no matching subscribers").isEqualTo(0x10);
        }
    }

    @Test
    void goes_on_for_clients_that_keep_nothing() throws Exception {
        try (var subscriber = connected(Connect.mqtt5("subscriber"));
                var publisher = connected(Connect.mqtt5("publisher"))) {
            subscriber.send(RawMqtt.subscribe(5, "a", 2, 1));
            assertThat(subscriber.next().at(3)).isEqualTo(2);
            publisher.send(RawMqtt.publish(5, "a", new byte[] {1}, 2, 1));
            assertThat(publisher.next().body()).as("PUBREC").hasSize(2);
            assertThat(subscriber.next().lastByte()).isEqualTo(1);
        }
    }

    private RawMqtt connected(Connect connect) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device("lumia-app"));
        assertThat(client.say(connect).at(1)).isZero();
        return client;
    }
}
