package io.lumia.agent;

import io.lumia.agent.StepFailed.Reason;
import io.lumia.config.TlsConfig;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsOptions;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Connections by vertx-mqtt's client. Each has a TLS context of its own: with a shared one a resumed session would carry the identity that was
 * first to connect.
 */
final class VertxMqttConnector implements MqttConnector {
    private final Vertx vertx;
    private final TlsConfig tls;
    private final Duration keepAlive;
    private final Duration patience;

    VertxMqttConnector(Vertx vertx, TlsConfig tls, Duration keepAlive, Duration patience) {
        this.vertx = vertx;
        this.tls = tls;
        this.keepAlive = keepAlive;
        this.patience = patience;
    }

    @Override
    public Future<MqttLink> connect(Dial dial, MqttLink.Listener listener) {
        var client = MqttClient.create(vertx, options(dial));
        var link = new VertxMqttLink(vertx, client, keepAlive, patience, listener);
        var contact = dial.contact();
        return client.connect(contact.mqttPort(), contact.mqttHost())
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .map(accepted -> link.opened(accepted.isSessionPresent()))
                .recover(failure -> {
                    link.abandon();
                    return Future.failedFuture(told(failure, dial));
                });
    }

    private MqttClientOptions options(Dial dial) {
        var options = new MqttClientOptions()
                .setClientId(dial.clientId())
                .setCleanSession(dial.cleanSession())
                .setKeepAliveInterval((int) Math.max(1, keepAlive.toSeconds()))
                .setAutoKeepAlive(false)
                .setMaxInflightQueue(2 * Outbox.WINDOW);
        TlsOptions.apply(options, tls)
                .setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(dial.material())))
                .setTrustOptions(dial.trust().trustOptions());
        options.setHostnameVerificationAlgorithm("HTTPS")
                .setConnectTimeout((int) patience.toMillis())
                .setLocalAddress(dial.local().getHostAddress());
        return options;
    }

    private static StepFailed told(Throwable failure, Dial dial) {
        var broker = dial.contact().mqttHost() + ":" + dial.contact().mqttPort();
        if (failure instanceof MqttConnectionException refused
                && refused.code() != MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE) {
            return StepFailed.operator(
                    Reason.REFUSED,
                    "broker " + broker + " refuses this identity (" + refused.code()
                            + "): its certificate was revoked or its name is not in the fleet; look with `lumia list"
                            + " --query " + dial.clientId() + "`");
        }
        return StepFailed.retry(
                Reason.UNREACHABLE, "broker " + broker + " cannot be reached: " + failure.getMessage(), failure);
    }
}
