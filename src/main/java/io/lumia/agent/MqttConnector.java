package io.lumia.agent;

import io.lumia.agent.StepFailed.Reason;
import io.lumia.config.TlsConfig;
import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.Connect;
import io.lumia.mqtt.MqttClient;
import io.lumia.mqtt.MqttConnection;
import io.lumia.mqtt.Refused;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Connects identities to their broker over mutual TLS. */
public final class MqttConnector {
    /** What a broker may keep for an identity that is away; commands older than that are nobody's wish any more. */
    private static final Duration SESSION_EXPIRY = Duration.ofDays(1);

    private final MqttClient client;
    private final Duration keepAlive;
    private final Duration patience;
    private final Detour detour;

    /** What leads to the broker in its place. */
    @FunctionalInterface
    public interface Detour {
        /** Completes with where to connect, or null for the broker itself. */
        Future<@Nullable SocketAddress> to(Contact contact);
    }

    /**
     * How to connect.
     *
     * @param cleanStart whether it is a session of its own that ends with the connection
     * @param ssl of this certificate, by {@link #sslOptions}
     * @param local address to connect from; null: any
     * @param session taken over by the connection
     */
    record Dial(
            Contact contact,
            String clientId,
            boolean cleanStart,
            ClientSSLOptions ssl,
            @Nullable InetAddress local,
            ClientSession session) {}

    /** @param patience how long a connection may take */
    public MqttConnector(Vertx vertx, TlsConfig tls, Duration keepAlive, Duration patience) {
        this(new MqttClient(vertx, tls), keepAlive, patience, straight -> Future.succeededFuture());
    }

    private MqttConnector(MqttClient client, Duration keepAlive, Duration patience, Detour detour) {
        this.client = client;
        this.keepAlive = keepAlive;
        this.patience = patience;
        this.detour = detour;
    }

    /** The same by another way. */
    public MqttConnector by(Detour other) {
        return new MqttConnector(client, keepAlive, patience, other);
    }

    /**
     * TLS by one certificate; to be made once for each.
     *
     * @param material presented to the broker
     * @param trust the broker must prove itself against it
     */
    ClientSSLOptions sslOptions(TlsMaterial material, FleetTrust trust) {
        return client.sslOptions()
                .setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(material)))
                .setTrustOptions(trust.trustOptions());
    }

    /** Completes when the broker accepted; fails with {@link StepFailed}. */
    Future<MqttConnection> connect(Dial dial, MqttConnection.Listener listener) {
        return detour.to(dial.contact())
                .compose(via -> client.connect(server(dial, via), asked(dial), dial.session(), listener))
                .recover(failure -> Future.failedFuture(told(failure, dial)));
    }

    private MqttClient.Server server(Dial dial, @Nullable SocketAddress via) {
        var contact = dial.contact();
        return new MqttClient.Server(contact.mqttHost(), contact.mqttPort(), dial.ssl(), dial.local(), patience, via);
    }

    private Connect asked(Dial dial) {
        return dial.cleanStart()
                ? Connect.clean(dial.clientId(), keepAlive)
                : Connect.session(dial.clientId(), SESSION_EXPIRY, keepAlive);
    }

    private static StepFailed told(Throwable failure, Dial dial) {
        var broker = dial.contact().mqttHost() + ":" + dial.contact().mqttPort();
        if (failure instanceof Refused refused && !refused.isTemporary()) {
            return StepFailed.operator(
                    Reason.REFUSED,
                    "broker " + broker + " refuses this identity (" + refused.getMessage()
                            + "): its certificate was revoked or its name is not in the fleet; look with `lumia list"
                            + " --query " + dial.clientId() + "`");
        }
        return StepFailed.retry(
                Reason.UNREACHABLE, "broker " + broker + " cannot be reached: " + failure.getMessage(), failure);
    }
}
