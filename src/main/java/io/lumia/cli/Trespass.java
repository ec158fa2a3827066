package io.lumia.cli;

import io.lumia.broker.wire.ReasonCode;
import io.lumia.config.TlsConfig;
import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.Connect;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.MqttClient;
import io.lumia.mqtt.MqttConnection;
import io.lumia.mqtt.Refused;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import java.time.Duration;
import java.util.Map;

/** A device that tries the topics of another one. */
final class Trespass implements MqttConnection.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Trespass() {}

    /**
     * What the broker answers it.
     *
     * @param topic what it asked to hear, or told
     */
    record Answer(String topic, boolean refused) {}

    /** Connects beside the device's own connection, with its certificate. */
    static Future<Answer> listens(
            Vertx vertx, TlsConfig tls, int port, String device, TlsMaterial material, String topic) {
        return connected(vertx, tls, port, device, material)
                .compose(connection ->
                        answer(topic, connection.subscribe(Map.of(topic, 1))).eventually(connection::disconnect));
    }

    /** The same, with a message. */
    static Future<Answer> speaks(
            Vertx vertx, TlsConfig tls, int port, String device, TlsMaterial material, String topic) {
        return connected(vertx, tls, port, device, material)
                .compose(connection -> answer(topic, connection.publish(Message.of(topic, Buffer.buffer("{}"), 1)))
                        .eventually(connection::disconnect));
    }

    private static Future<MqttConnection> connected(
            Vertx vertx, TlsConfig tls, int port, String device, TlsMaterial material) {
        var client = new MqttClient(vertx, tls);
        var known = client.sslOptions()
                .setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(material)))
                .setTrustAll(true)
                .setHostnameVerificationAlgorithm("");
        return client.connect(
                new MqttClient.Server("127.0.0.1", port, known, null, PATIENCE),
                Connect.clean(device + "!trespass", Duration.ZERO),
                new ClientSession(1, 1),
                new Trespass());
    }

    private static Future<Answer> answer(String topic, Future<Void> asked) {
        return asked.map(let -> new Answer(topic, false))
                .recover(failed -> failed instanceof Refused refused && refused.reason() == ReasonCode.NOT_AUTHORIZED
                        ? Future.succeededFuture(new Answer(topic, true))
                        : Future.failedFuture(failed));
    }

    @Override
    public void message(Message message) {
        // whatever it may hear is its own
    }

    @Override
    public void closed(MqttConnection connection, Ending ending) {
        // the answers tell
    }
}
