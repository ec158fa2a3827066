package io.lumia.interop;

import static com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.lumia.broker.TestBroker;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.vertx.core.net.KeyCertOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HiveMQ's Java client against our broker. */
class HiveMqClientIT {
    @TempDir
    Path data;

    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        var everything = new TopicRule("lumia-app", List.of("#"), List.of("#"));
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config(everything));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void delivers_acknowledged_messages_in_order_with_topic_aliases_and_flow_control_both_ways() throws Exception {
        // QoS 0 is left out: this client drops the oldest when as many wait inside it as its receive maximum
        var subscriber = client("lumia-app", "sub");
        subscriber
                .connectWith()
                .restrictions()
                .receiveMaximum(5)
                .topicAliasMaximum(4)
                .applyRestrictions()
                .send();
        var publisher = client("lumia-app", "pub");
        publisher
                .connectWith()
                .restrictions()
                .sendTopicAliasMaximum(4)
                .sendMaximum(5)
                .applyRestrictions()
                .send();
        try (var heard = subscriber.publishes(ALL)) {
            subscriber
                    .subscribeWith()
                    .topicFilter("a/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send();
            for (int i = 0; i < 60; i++) {
                publisher
                        .publishWith()
                        .topic("a/" + i % 6)
                        .qos(MqttQos.fromCode(1 + i % 2))
                        .payload(bytes(String.valueOf(i)))
                        .responseTopic("answers")
                        .correlationData(bytes("c" + i))
                        .send();
            }
            for (int i = 0; i < 60; i++) {
                Mqtt5Publish next = heard.receive(1, TimeUnit.MINUTES).orElseThrow();
                assertThat(new String(next.getPayloadAsBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(String.valueOf(i));
                assertThat(next.getQos().getCode()).isEqualTo(1 + i % 2);
                assertThat(next.getTopic()).hasToString("a/" + i % 6);
                assertThat(next.getResponseTopic().orElseThrow()).hasToString("answers");
            }
        }
        subscriber.disconnect();
        publisher.disconnect();
    }

    @Test
    void gets_messages_of_every_qos_where_its_own_queue_has_room() throws Exception {
        var subscriber = client("lumia-app", "sub");
        subscriber.connect();
        var publisher = client("lumia-app", "pub");
        publisher.connect();
        try (var heard = subscriber.publishes(ALL)) {
            subscriber
                    .subscribeWith()
                    .topicFilter("a/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send();
            for (int i = 0; i < 300; i++) {
                publisher
                        .publishWith()
                        .topic("a/" + i)
                        .qos(MqttQos.fromCode(i % 3))
                        .send();
            }
            var topics = new TreeSet<String>();
            for (int i = 0; i < 300; i++) {
                topics.add(heard.receive(1, TimeUnit.MINUTES)
                        .orElseThrow()
                        .getTopic()
                        .toString());
            }
            assertThat(topics).hasSize(300);
        }
        subscriber.disconnect();
        publisher.disconnect();
    }

    @Test
    void is_told_by_reason_codes_what_it_may_not() {
        var device = client("dev-1", "dev-1");
        device.connect();
        assertThatThrownBy(() -> device.publishWith()
                        .topic("devices/dev-2/a")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send())
                .isInstanceOfSatisfying(
                        Mqtt5PubAckException.class,
                        refused -> assertThat(
                                        refused.getMqttMessage().getReasonCode().getCode())
                                .isEqualTo(0x87));
        assertThatThrownBy(() -> device.subscribeWith().topicFilter("devices/#").send())
                .isInstanceOf(Mqtt5SubAckException.class);
        device.disconnect();
    }

    private Mqtt5BlockingClient client(String identity, String clientId) {
        try {
            var keys = KeyCertOptions.wrap(new SwappableKeys(broker.authority.device(identity)));
            var trust = new FleetTrust(List.of(broker.authority.root())).trustOptions();
            var tls = MqttClientSslConfig.builder()
                    .keyManagerFactory(keys.getKeyManagerFactory(broker.vertx))
                    .trustManagerFactory(trust.getTrustManagerFactory(broker.vertx))
                    .build();
            return MqttClient.builder()
                    .useMqttVersion5()
                    .identifier(clientId)
                    .serverHost("localhost")
                    .serverPort(broker.port())
                    .sslConfig(tls)
                    .buildBlocking();
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
