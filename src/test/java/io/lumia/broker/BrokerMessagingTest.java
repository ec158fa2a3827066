package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.x509.SerialNumber;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerMessagingTest {
    @TempDir
    Path data;

    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(
                data,
                Clock.systemUTC(),
                TestBroker.config(
                        0, 200, 10, 100, new TopicRule("lumia-app", List.of("devices/+/cmd"), List.of("devices/#"))));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void delivers_to_those_who_subscribed_at_both_qos() throws Exception {
        var app = broker.connected(broker.authority.device("lumia-app"), "app");
        var heard = heard(app);
        subscribe(app, "devices/+/up/#");
        var device = broker.connected(broker.authority.device("dev-1"), "dev-1");
        publish(device, "devices/dev-1/up/0", "zero", 0, false);
        publish(device, "devices/dev-1/up/1", "one", 1, false);
        publish(device, "devices/dev-1/up/2", "two", 2, false);
        until("all came", () -> heard.size() == 3);
        assertThat(heard)
                .containsExactly("0 devices/dev-1/up/0 zero", "1 devices/dev-1/up/1 one", "1 devices/dev-1/up/2 two");
    }

    @Test
    void drops_and_counts_what_another_device_publishes() throws Exception {
        var denied = new ConcurrentLinkedQueue<FleetBus.AccessDenied>();
        await(FleetBus.ACCESS_DENIED.listen(broker.vertx, denied::add));
        var victim = broker.connected(broker.authority.device("dev-1"), "dev-1");
        var heard = heard(victim);
        await(victim.subscribe("devices/dev-1/#", 1));
        var intruder = broker.connected(broker.authority.device("dev-2"), "dev-2");
        publish(intruder, "devices/dev-1/cmd", "evil", 1, false);
        publish(victim, "devices/dev-1/own", "good", 1, false);
        until("own came", () -> !heard.isEmpty());
        assertThat(heard).containsExactly("1 devices/dev-1/own good");
        until("counted", () -> broker.statistics().denied().get("publish") == 1);
        until("told", () -> denied.size() == 1);
    }

    @Test
    void denies_a_subscription_that_reaches_further_than_the_rights() throws Exception {
        var device = broker.connected(broker.authority.device("dev-1"), "dev-1");
        var codes = new ConcurrentLinkedQueue<Integer>();
        device.subscribeCompletionHandler(ack -> codes.addAll(ack.grantedQoSLevels()));
        device.subscribe("devices/+/cmd", 1);
        device.subscribe("devices/dev-1/cmd", 2);
        until("answered", () -> codes.size() == 2);
        assertThat(codes).containsExactly(0x80, 2);
        assertThat(broker.statistics().denied()).containsEntry("subscribe", 1L);
    }

    @Test
    void keeps_retained_messages_until_they_are_emptied() throws Exception {
        var device = broker.connected(broker.authority.device("dev-1"), "dev-1");
        publish(device, "devices/dev-1/state", "on", 1, true);
        assertThat(broker.statistics().retained()).isEqualTo(1);
        var app = broker.connected(broker.authority.device("lumia-app"), "app");
        var heard = heard(app);
        await(app.subscribe("devices/#", 1));
        until("retained came", () -> heard.size() == 1);
        assertThat(heard).containsExactly("1 retained devices/dev-1/state on");
        publish(device, "devices/dev-1/state", "", 1, true);
        assertThat(broker.statistics().retained()).isZero();
    }

    @Test
    void sends_the_will_of_a_client_that_vanished_only() throws Exception {
        var app = broker.connected(broker.authority.device("lumia-app"), "app");
        var heard = heard(app);
        subscribe(app, "devices/+/will");
        for (boolean polite : List.of(true, false)) {
            var name = polite ? "dev-1" : "dev-2";
            var options = broker.options(broker.authority.device(name), name);
            options.setWillFlag(true)
                    .setWillTopic("devices/" + name + "/will")
                    .setWillMessageBytes(Buffer.buffer("gone"))
                    .setWillQoS(1);
            var device = broker.connected(options);
            if (polite) {
                await(device.disconnect());
                until("gone", () -> broker.statistics().connections() == 1);
            } else {
                FleetBus.CERTIFICATE_REVOKED.publish(broker.vertx, broker.authority.revoke(serialOf(options)));
            }
        }
        until("will came", () -> !heard.isEmpty());
        assertThat(heard).containsExactly("1 devices/dev-2/will gone");
    }

    @Test
    void keeps_messages_for_a_persistent_session_and_bounds_them() throws Exception {
        var material = broker.authority.device("dev-1");
        var first = broker.connected(broker.options(material, "dev-1").setCleanSession(false));
        await(first.subscribe("devices/dev-1/cmd", 1));
        await(first.disconnect());
        until("offline", () -> broker.statistics().connections() == 0);
        var app = broker.connected(broker.authority.device("lumia-app"), "app");
        for (int i = 0; i < 250; i++) {
            publish(app, "devices/dev-1/cmd", String.valueOf(i), 1, false);
        }
        assertThat(broker.statistics().publishes()).containsEntry("1/dropped", 50L);
        var again = broker.client(broker.options(material, "dev-1").setCleanSession(false));
        var heard = heard(again);
        var ack = await(again.connect(broker.port(), "localhost"));
        assertThat(ack.isSessionPresent()).isTrue();
        until("queue came", () -> heard.size() == 200);
        assertThat(heard)
                .containsExactlyElementsOf(IntStream.range(0, 200)
                        .mapToObj(i -> "1 devices/dev-1/cmd " + i)
                        .toList());
    }

    @Test
    void keeps_one_identity_out_of_anothers_session() throws Exception {
        var mine = broker.connected(
                broker.options(broker.authority.device("dev-1"), "same").setCleanSession(false));
        await(mine.subscribe("devices/dev-1/cmd", 1));
        var other = broker.client(
                broker.options(broker.authority.device("dev-2"), "same").setCleanSession(false));
        var ack = await(other.connect(broker.port(), "localhost"));
        assertThat(ack.isSessionPresent()).isFalse();
        assertThat(mine.isConnected()).isTrue();
        assertThat(broker.statistics().sessions()).isEqualTo(2);
    }

    @Test
    void loses_no_acknowledged_message_while_the_session_is_taken_over_again_and_again() throws Exception {
        Set<String> heard = ConcurrentHashMap.newKeySet();
        var app = take(heard);
        subscribe(app, "devices/dev-1/seq");
        var device = broker.connected(
                broker.options(broker.authority.device("dev-1"), "dev-1").setMaxInflightQueue(1000));
        var sent = new AtomicInteger();
        var acknowledged = new AtomicInteger();
        device.publishCompletionHandler(id -> acknowledged.incrementAndGet());
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 15; i++) {
                device.publish(
                        "devices/dev-1/seq",
                        Buffer.buffer(String.valueOf(sent.getAndIncrement())),
                        MqttQoS.AT_LEAST_ONCE,
                        false,
                        false);
            }
            take(heard);
        }
        until("all acknowledged", () -> acknowledged.get() == sent.get());
        until("all came", () -> heard.size() == sent.get());
        assertThat(broker.statistics().publishes()).containsEntry("1/dropped", 0L);
        until("all ends are counted", () -> broker.statistics().disconnects().equals(Map.of("taken_over", 10L)));
    }

    @Test
    void sends_again_in_order_and_marked_what_was_not_acknowledged() throws Exception {
        var material = broker.authority.device("dev-1");
        var silent = broker.options(material, "dev-1").setCleanSession(false);
        silent.setAutoAck(false);
        var first = broker.connected(silent);
        var heard = heard(first);
        subscribe(first, "devices/dev-1/cmd");
        var app = broker.connected(broker.authority.device("lumia-app"), "app");
        for (int i = 0; i < 15; i++) {
            publish(app, "devices/dev-1/cmd", String.valueOf(i), 1, false);
        }
        until("the window is full", () -> heard.size() == 10);
        var second = broker.client(broker.options(material, "dev-1").setCleanSession(false));
        var again = new ConcurrentLinkedQueue<String>();
        second.publishHandler(message -> again.add(message.payload() + (message.isDup() ? " again" : "")));
        await(second.connect(broker.port(), "localhost"));
        until("all came", () -> again.size() == 15);
        assertThat(again)
                .containsExactlyElementsOf(IntStream.range(0, 15)
                        .mapToObj(i -> i + (i < 10 ? " again" : ""))
                        .toList());
    }

    private MqttClient take(Set<String> heard) throws Exception {
        var options =
                broker.options(broker.authority.device("lumia-app"), "app").setCleanSession(false);
        var client = broker.client(options);
        client.publishHandler(message -> heard.add(message.payload().toString()));
        await(client.connect(broker.port(), "localhost"));
        return client;
    }

    /** The first subscription there is; waits for it, since the client's Future says no more than that it asked. */
    private void subscribe(MqttClient client, String filter) throws Exception {
        await(client.subscribe(filter, 1));
        until("it is subscribed", () -> broker.statistics().load().subscriptions() == 1);
    }

    private static SerialNumber serialOf(MqttClientOptions options) throws Exception {
        var manager = options.getKeyCertOptions().getKeyManagerFactory(null).getKeyManagers()[0];
        var keys = (X509KeyManager) manager;
        return SerialNumber.of(keys.getCertificateChain(keys.getClientAliases("EC", null)[0])[0]);
    }

    private static Queue<String> heard(MqttClient client) {
        var heard = new ConcurrentLinkedQueue<String>();
        client.publishHandler(message -> heard.add(message.qosLevel().value()
                + (message.isRetain() ? " retained " : " ")
                + message.topicName()
                + " "
                + message.payload()));
        return heard;
    }

    private static void publish(MqttClient client, String topic, String text, int qos, boolean retain)
            throws Exception {
        var done = new AtomicInteger(qos == 0 ? 1 : 0);
        client.publishCompletionHandler(id -> done.set(1));
        await(client.publish(topic, Buffer.buffer(text), MqttQoS.valueOf(qos), false, retain));
        until("acknowledged", () -> done.get() == 1);
    }
}
