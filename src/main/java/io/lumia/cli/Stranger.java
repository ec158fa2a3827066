package io.lumia.cli;

import io.lumia.config.TlsConfig;
import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.Connect;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.MqttClient;
import io.lumia.mqtt.MqttConnection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/** A client without a certificate. */
final class Stranger implements MqttConnection.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Stranger() {}

    /** Whether the broker at this port lets it neither finish its handshake nor connect. */
    static Future<Boolean> isTurnedAway(Vertx vertx, TlsConfig tls, int port) {
        var client = new MqttClient(vertx, tls);
        var anybody = client.sslOptions().setTrustAll(true).setHostnameVerificationAlgorithm("");
        return client.connect(
                        new MqttClient.Server("127.0.0.1", port, anybody, null, PATIENCE),
                        Connect.clean("", Duration.ZERO),
                        new ClientSession(1, 1),
                        new Stranger())
                .compose(MqttConnection::disconnect)
                .map(let -> false)
                .otherwise(true);
    }

    @Override
    public void message(Message message) {
        // it subscribes to nothing
    }

    @Override
    public void closed(MqttConnection connection, Ending ending) {
        // connect tells
    }
}
