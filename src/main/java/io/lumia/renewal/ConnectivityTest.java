package io.lumia.renewal;

import io.lumia.config.HostPort;
import io.lumia.config.RenewalTestConfig;
import io.lumia.config.TlsConfig;
import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.Connect;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.MqttClient;
import io.lumia.mqtt.MqttConnection;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import io.lumia.tls.TlsOptions;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.ServerIdentity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Proves what a server serves: by handshakes until it shows the certificate, and then by a message through MQTT. */
final class ConnectivityTest {
    private static final Duration BETWEEN = Duration.ofMillis(100);

    private final Vertx vertx;
    private final TlsConfig tls;
    private final MqttClient mqtt;
    private final RenewalTestConfig config;
    private final HostPort address;
    private final String instance;

    /** @param address where the server listens */
    ConnectivityTest(
            Vertx vertx, TlsConfig tls, MqttClient mqtt, RenewalTestConfig config, HostPort address, String instance) {
        this.vertx = vertx;
        this.tls = tls;
        this.mqtt = mqtt;
        this.config = config;
        this.address = address;
        this.instance = instance;
    }

    /** Fails with a sentence unless a handshake shows this leaf in time; a reload takes effect when the server comes to it. */
    Future<String> shows(X509Certificate leaf, FleetTrust trust, @Nullable TlsMaterial client) {
        long end = System.nanoTime() + config.timeout().toNanos();
        return shows(Fingerprint.of(leaf), trust, client, end)
                .map(tries -> "TLS at " + address + " shows the certificate");
    }

    private Future<Integer> shows(Fingerprint leaf, FleetTrust trust, @Nullable TlsMaterial client, long end) {
        return handshake(trust, client)
                .compose(shown -> shown.equals(leaf)
                        ? Future.succeededFuture(1)
                        : Future.<Integer>failedFuture(new StepFailed(
                                "TLS at " + address + " still shows another certificate, with fingerprint " + shown
                                        + "; see in the server's log whether it could read its files",
                                null)))
                .recover(failed -> System.nanoTime() - end > 0
                        ? Future.failedFuture(told("TLS", failed))
                        : vertx.timer(BETWEEN.toMillis()).compose(waited -> shows(leaf, trust, client, end)));
    }

    private Future<Fingerprint> handshake(FleetTrust trust, @Nullable TlsMaterial client) {
        var net = vertx.createNetClient(new NetClientOptions().setConnectTimeout(millis()));
        return net.connect(address.port(), address.host())
                .compose(socket -> upgraded(socket, options(trust, client))
                        .timeout(millis(), TimeUnit.MILLISECONDS)
                        .map(secured -> shown(socket)))
                .eventually(() -> closed(net));
    }

    /** RFC 6066, 3: an address is no server name. */
    private Future<Void> upgraded(NetSocket socket, ClientSSLOptions options) {
        return CertificateRequest.isAddress(serverName())
                ? socket.upgradeToSsl(options)
                : socket.upgradeToSsl(options, serverName());
    }

    private static Future<Void> closed(NetClient net) {
        return net.close().otherwiseEmpty();
    }

    private Fingerprint shown(NetSocket socket) {
        try {
            var leaf = (X509Certificate) socket.sslSession().getPeerCertificates()[0];
            if (!ServerIdentity.covers(leaf, serverName())) {
                throw new IllegalStateException("the certificate is not for " + serverName());
            }
            return Fingerprint.of(leaf);
        } catch (SSLPeerUnverifiedException none) {
            throw new IllegalStateException("the server showed no certificate", none);
        }
    }

    /** Fails with a sentence unless a message that is published comes back. */
    Future<String> passesMessage(FleetTrust trust, @Nullable TlsMaterial client) {
        var back = Promise.<Void>promise();
        var topic = config.topic() == null ? "lumia/renewal/" + instance : config.topic();
        var payload = Buffer.buffer(UUID.randomUUID().toString());
        var server =
                new MqttClient.Server(address.host(), address.port(), options(trust, client), null, config.timeout());
        return mqtt.connect(
                        server,
                        Connect.clean(clientId(), Duration.ofSeconds(60)),
                        new ClientSession(10, 1),
                        new Returning(payload, back))
                .recover(refused -> Future.failedFuture(told("MQTT CONNECT", refused)))
                .compose(connection -> exchange(connection, topic, payload, back)
                        .eventually(() -> connection.disconnect().otherwiseEmpty()))
                .map("MQTT passed a message through " + topic);
    }

    private Future<Void> exchange(MqttConnection connection, String topic, Buffer payload, Promise<Void> back) {
        return connection
                .subscribe(Map.of(topic, 1))
                .recover(refused -> Future.failedFuture(told("MQTT SUBSCRIBE to " + topic, refused)))
                .compose(subscribed -> connection
                        .publish(Message.of(topic, payload, 1))
                        .timeout(millis(), TimeUnit.MILLISECONDS)
                        .recover(refused -> Future.failedFuture(told("MQTT PUBLISH to " + topic, refused))))
                .compose(published -> back.future()
                        .timeout(millis(), TimeUnit.MILLISECONDS)
                        .recover(late -> Future.failedFuture(
                                told("MQTT: the message to " + topic + " did not come back", late))));
    }

    private String clientId() {
        return config.clientId() == null ? "lumia-renewal-" + instance : config.clientId();
    }

    private String serverName() {
        return config.serverName() == null ? address.host() : config.serverName();
    }

    private ClientSSLOptions options(FleetTrust trust, @Nullable TlsMaterial client) {
        var options = TlsOptions.apply(new ClientSSLOptions(), tls)
                .setTrustOptions(trust.trustOptions())
                // the name is checked by the handshake of shows(), also where it is not the host that is connected to
                .setHostnameVerificationAlgorithm("");
        if (client != null) {
            options.setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(client)));
        }
        return options;
    }

    private int millis() {
        return (int) config.timeout().toMillis();
    }

    private StepFailed told(String what, Throwable failed) {
        return failed instanceof StepFailed told
                ? told
                : new StepFailed(what + " at " + address + " failed: " + Sentences.of(failed), failed);
    }

    /** Waits for its own message; the topic may carry others'. */
    private record Returning(Buffer payload, Promise<Void> back) implements MqttConnection.Listener {
        @Override
        public void message(Message message) {
            if (message.payload().equals(payload)) {
                back.tryComplete();
            }
        }

        @Override
        public void closed(MqttConnection connection, Ending ending) {
            back.tryFail(ending.text());
        }
    }
}
