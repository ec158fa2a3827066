package io.lumia.cli;

import io.lumia.config.TlsConfig;
import io.lumia.tls.TlsOptions;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;

/** A client without a certificate. */
final class Stranger {
    private Stranger() {}

    /** Whether the broker at this port lets it neither finish its handshake nor connect. */
    static Future<Boolean> isTurnedAway(Vertx vertx, TlsConfig tls, int port) {
        var client = MqttClient.create(
                vertx,
                TlsOptions.apply(new MqttClientOptions(), tls).setTrustAll(true).setHostnameVerificationAlgorithm(""));
        return client.connect(port, "127.0.0.1")
                .map(answer -> answer.code() != MqttConnectReturnCode.CONNECTION_ACCEPTED)
                .otherwise(true);
    }
}
