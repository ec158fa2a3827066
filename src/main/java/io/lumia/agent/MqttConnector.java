package io.lumia.agent;

import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import java.net.InetAddress;

/** Makes MQTT connections over mutual TLS. */
public interface MqttConnector {
    /** Completes when the broker accepted; fails with {@link StepFailed}. */
    Future<MqttLink> connect(Dial dial, MqttLink.Listener listener);

    /**
     * How to connect.
     *
     * @param cleanSession whether the session ends with the connection
     * @param material presented to the broker
     * @param trust the broker must prove itself against it
     * @param local address to connect from
     */
    record Dial(
            Contact contact,
            String clientId,
            boolean cleanSession,
            TlsMaterial material,
            FleetTrust trust,
            InetAddress local) {}
}
