package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.replace;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.BrokerReloaded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ACL file changes while clients are connected. */
class BrokerAclReloadTest {
    private static final int SUCCESS = 0;
    private static final int NOBODY = 0x10;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final String BOTH = "user dev-1\ntopic write news/#\nuser dev-2\ntopic read news/#\n";

    @TempDir
    Path data;

    private final ConcurrentLinkedQueue<BrokerReloaded> reloads = new ConcurrentLinkedQueue<>();
    private Path file;
    private TestBroker broker;
    private RawMqtt publisher;
    private RawMqtt subscriber;

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(data.resolve("acl"), BOTH);
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config(TestBroker.Access.DEFAULT.ruledBy(file)));
        await(FleetBus.BROKER_RELOADED.listen(broker.vertx, reloads::add));
        publisher = RawMqtt.connect(broker, broker.authority.device("dev-1"));
        assertThat(publisher.say(Connect.mqtt5("p")).at(1)).isZero();
        subscriber = RawMqtt.connect(broker, broker.authority.device("dev-2"));
        assertThat(subscriber.say(Connect.mqtt5("s")).at(1)).isZero();
        subscriber.send(RawMqtt.subscribe(5, "news/#", 0, 1));
        assertThat(subscriber.next().lastByte()).isZero();
    }

    @AfterEach
    void stop() throws Exception {
        publisher.close();
        subscriber.close();
        broker.close();
    }

    @Test
    void a_subscription_that_is_no_longer_allowed_hears_nothing_and_comes_back_with_the_rule() throws Exception {
        assertThat(publish("news/a", "1")).isEqualTo(SUCCESS);
        assertThat(subscriber.next().topic()).isEqualTo("news/a");
        reload("user dev-1\ntopic write news/#\nuser dev-2\ntopic read news/#\ntopic deny news/a\n");
        publishUntil("news/a", NOBODY);
        assertThat(heardUntilPing()).doesNotContain("last");
        assertThat(publish("news/b", "b")).as("the rest is still heard").isEqualTo(SUCCESS);
        assertThat(subscriber.next().topic()).isEqualTo("news/b");
        reload(BOTH);
        publishUntil("news/a", SUCCESS);
        assertThat(subscriber.next().topic()).isEqualTo("news/a");
        assertThat(broker.statistics().disconnects()).isEmpty();
    }

    @Test
    void a_publisher_loses_and_gets_its_right_without_losing_its_connection() throws Exception {
        assertThat(publish("news/a", "1")).isEqualTo(SUCCESS);
        reload("user dev-2\ntopic read news/#\n");
        publishUntil("news/a", NOT_AUTHORIZED);
        reload(BOTH);
        publishUntil("news/a", SUCCESS);
        assertThat(broker.statistics().disconnects()).isEmpty();
        assertThat(broker.statistics().connections()).isEqualTo(2);
    }

    @Test
    void a_retained_message_is_kept_from_whom_may_not_read_it() throws Exception {
        publisher.send(RawMqtt.retained("news/kept", "x".getBytes(StandardCharsets.UTF_8)));
        assertThat(subscriber.next().topic()).isEqualTo("news/kept");
        reload("user dev-1\ntopic write news/#\nuser dev-2\ntopic read news/#\ntopic deny news/kept\n");
        publishUntil("news/kept", NOBODY);
        heardUntilPing();
        subscriber.send(RawMqtt.subscribe(5, "news/+", 0, 2));
        assertThat(subscriber.next().type()).isEqualTo(RawMqtt.SUBACK);
        subscriber.ping();
    }

    @Test
    void a_file_with_a_mistake_changes_nothing_and_is_told_by_its_line() throws Exception {
        replace(file, "user dev-2\ntopic deny news/a\ntopic reed news/#\n");
        until("refused", () -> reloads.stream().anyMatch(told -> told.result().equals("refused")));
        assertThat(reloads).hasSize(1);
        assertThat(reloads.peek().what()).isEqualTo("acl");
        assertThat(reloads.peek().detail()).contains(file.toString(), "line 3", "expected read, write");
        assertThat(publish("news/a", "1")).isEqualTo(SUCCESS);
        assertThat(subscriber.next().topic()).isEqualTo("news/a");
        Files.delete(file);
        until("refused again", () -> reloads.size() == 2);
        assertThat(publish("news/a", "2")).isEqualTo(SUCCESS);
        assertThat(subscriber.next().topic()).isEqualTo("news/a");
    }

    private void reload(String text) throws Exception {
        int before = reloads.size();
        replace(file, text);
        until("reloaded", () -> reloads.size() > before);
        assertThat(reloads).allMatch(told -> told.result().equals("reloaded"));
    }

    private int publish(String topic, String payload) throws Exception {
        publisher.send(RawMqtt.publish(5, topic, payload.getBytes(StandardCharsets.UTF_8), 1, 7));
        var answer = publisher.next();
        return answer.body().length > 2 ? answer.at(2) : SUCCESS;
    }

    /** Each event loop learns of the new rules by itself. */
    private void publishUntil(String topic, int code) throws Exception {
        long end = System.nanoTime() + TestBroker.PATIENCE.toNanos();
        int got = publish(topic, "some");
        while (got != code && System.nanoTime() - end < 0) {
            got = publish(topic, "some");
        }
        assertThat(got).isEqualTo(code);
        assertThat(publish(topic, "last")).isEqualTo(code);
    }

    /** What a publisher's thread handed over may come behind an answer that was on its way, but not behind the next. */
    private String heardUntilPing() throws Exception {
        var heard = new StringBuilder();
        for (int ping = 0; ping < 2; ping++) {
            subscriber.send(RawMqtt.bytes(0xc0, 0));
            for (var packet = subscriber.next(); packet.type() != RawMqtt.PINGRESP; packet = subscriber.next()) {
                heard.append(RawMqtt.text(packet.body())).append('\n');
            }
        }
        return heard.toString();
    }
}
