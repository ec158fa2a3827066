package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.TestBroker;
import io.lumia.config.BrokerConfig.TopicRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Eclipse Paho's Java client, MQTT 5, against our broker. */
class PahoIT {
    @TempDir
    Path data;

    private TestBroker broker;
    private final List<MqttClient> clients = new ArrayList<>();

    /** What came, and where. */
    private record Heard(String topic, MqttMessage message) {
        String text() {
            return new String(message.getPayload(), StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void start() throws Exception {
        var everything = new TopicRule("lumia-app", List.of("#"), List.of("#"));
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config(everything));
    }

    @AfterEach
    void stop() throws Exception {
        for (MqttClient client : clients) {
            if (client.isConnected()) {
                client.disconnect();
            }
            client.close();
        }
        broker.close();
    }

    @Test
    void delivers_exactly_once_in_order_with_all_properties() throws Exception {
        var heard = new LinkedBlockingQueue<Heard>();
        var subscriber = connected("sub");
        subscribe(subscriber, "a/#", 2, heard);
        var publisher = connected("pub");
        for (int i = 0; i < 50; i++) {
            publisher.publish("a/b", message(String.valueOf(i), 2));
        }
        for (int i = 0; i < 50; i++) {
            var next = next(heard);
            assertThat(next.text()).isEqualTo(String.valueOf(i));
            assertThat(next.message.getQos()).isEqualTo(2);
            var properties = next.message.getProperties();
            assertThat(properties.getResponseTopic()).isEqualTo("answers/pub");
            assertThat(properties.getCorrelationData()).containsExactly(1, 2, 3);
            assertThat(properties.getContentType()).isEqualTo("text/plain");
            assertThat(properties.getUserProperties()).containsExactly(new UserProperty("k", "v"));
            assertThat(properties.getMessageExpiryInterval()).isBetween(1L, 100L);
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void keeps_a_session_and_sends_what_came_meanwhile() throws Exception {
        var heard = new LinkedBlockingQueue<Heard>();
        var first = client("sub");
        first.connect(options(3600));
        subscribe(first, "a", 2, heard);
        first.disconnect();
        TestBroker.until("it is gone", () -> broker.statistics().connections() == 0);
        var publisher = connected("pub");
        for (int i = 0; i < 20; i++) {
            publisher.publish("a", message(String.valueOf(i), i % 3));
        }
        var again = options(3600);
        again.setCleanStart(false);
        var queue = new LinkedBlockingQueue<Heard>();
        first.setCallback(new PahoCallback((topic, message) -> queue.add(new Heard(topic, message))));
        assertThat(first.connectWithResult(again).getSessionPresent()).isTrue();
        var texts = IntStream.range(0, 20).mapToObj(i -> next(queue).text()).toList();
        assertThat(texts)
                .isEqualTo(IntStream.range(0, 20).mapToObj(String::valueOf).toList());
    }

    @Test
    void shares_messages_out_between_members() throws Exception {
        var one = new LinkedBlockingQueue<Heard>();
        var two = new LinkedBlockingQueue<Heard>();
        subscribe(connected("one"), "$share/group/a", 1, one);
        subscribe(connected("two"), "$share/group/a", 1, two);
        var publisher = connected("pub");
        for (int i = 0; i < 40; i++) {
            publisher.publish("a", message(String.valueOf(i), 1));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(next(one).text()).isNotEqualTo(next(two).text());
        }
        assertThat(one).isEmpty();
        assertThat(two).isEmpty();
    }

    private void subscribe(MqttClient client, String filter, int qos, LinkedBlockingQueue<Heard> heard)
            throws MqttException {
        // the listener by filter is broken in this client for shared subscriptions: all go to the callback
        IMqttMessageListener listener = (topic, message) -> heard.add(new Heard(topic, message));
        client.setCallback(new PahoCallback(listener));
        client.subscribe(new MqttSubscription[] {new MqttSubscription(filter, qos)});
    }

    private static Heard next(LinkedBlockingQueue<Heard> heard) {
        try {
            var next = heard.poll(1, TimeUnit.MINUTES);
            assertThat(next).as("comes within a minute").isNotNull();
            return next;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static MqttMessage message(String text, int qos) {
        var message = new MqttMessage(text.getBytes(StandardCharsets.UTF_8), qos, false, null);
        var properties = new MqttProperties();
        properties.setResponseTopic("answers/pub");
        properties.setCorrelationData(new byte[] {1, 2, 3});
        properties.setContentType("text/plain");
        properties.setUserProperties(List.of(new UserProperty("k", "v")));
        properties.setMessageExpiryInterval(100L);
        message.setProperties(properties);
        return message;
    }

    private MqttClient connected(String clientId) throws Exception {
        var client = client(clientId);
        client.connect(options(0));
        return client;
    }

    private MqttClient client(String clientId) throws Exception {
        var client = new MqttClient("ssl://localhost:" + broker.port(), clientId, new MemoryPersistence());
        client.setTimeToWait(60_000);
        clients.add(client);
        return client;
    }

    private MqttConnectionOptions options(long sessionExpiry) throws Exception {
        var options = new MqttConnectionOptions();
        options.setSocketFactory(broker.sockets(broker.authority.device("lumia-app")));
        options.setSessionExpiryInterval(sessionExpiry);
        options.setCleanStart(true);
        return options;
    }
}
