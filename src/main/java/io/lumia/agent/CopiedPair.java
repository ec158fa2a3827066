package io.lumia.agent;

import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.MqttConnection;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.net.ClientSSLOptions;
import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An identity's certificate and key in the hands of somebody else; for who wants to see what the broker makes of that. */
public final class CopiedPair {
    private static final int FEW = 10;

    private final Contact contact;
    private final TlsMaterial material;
    private final MqttConnector connector;
    private final ClientSSLOptions ssl;

    CopiedPair(Contact contact, TlsMaterial material, FleetTrust trust, MqttConnector connector) {
        this.contact = contact;
        this.material = material;
        this.connector = connector;
        this.ssl = connector.sslOptions(material, trust);
    }

    /** When it is good for nothing any more. */
    public Instant notAfter() {
        return material.leaf().getNotAfter().toInstant();
    }

    /**
     * Connects beside the identity; fails with {@link StepFailed}.
     *
     * @param from null: any address
     * @param keep whether it wants the session that the broker keeps for this client id
     */
    public Future<MqttConnection> connect(
            @Nullable InetAddress from, String clientId, boolean keep, MqttConnection.Listener listener) {
        var dial = new MqttConnector.Dial(contact, clientId, !keep, ssl, from, new ClientSession(FEW, FEW));
        return connector.connect(dial, listener);
    }
}
