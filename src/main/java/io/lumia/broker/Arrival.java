package io.lumia.broker;

import io.lumia.access.TopicFilter;
import io.lumia.broker.Admission.Verdict;
import io.lumia.broker.Admission.Verdict.Admitted;
import io.lumia.broker.ClientConnection.Origin;
import io.lumia.broker.handshake.WaitingRoom;
import io.lumia.broker.handshake.WaitingRoom.Place;
import io.lumia.broker.wire.BadPacket;
import io.lumia.broker.wire.PacketChannel;
import io.lumia.broker.wire.Packets;
import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** One client from the end of its TLS handshake until it is admitted or refused. On its event loop. */
final class Arrival implements PacketChannel.Receiver {
    private static final int LONGEST_CLIENT_ID = 1024;
    private static final int SMALL = 64;
    private static final int MQTT_5 = 5;

    private final Hub hub;
    private final Admission admission;
    private final Refusals refusals;
    private final ContextInternal context;
    private final Set<ClientConnection> connections;
    private final List<X509Certificate> chain;
    private final Origin origin;
    private final PacketChannel channel;
    private final Optional<Place> place;
    private @Nullable MqttConnectMessage connect;
    private boolean over;

    Arrival(
            Hub hub,
            Admission admission,
            Refusals refusals,
            ContextInternal context,
            NetSocketInternal socket,
            Set<ClientConnection> connections) {
        this.hub = hub;
        this.admission = admission;
        this.refusals = refusals;
        this.context = context;
        this.connections = connections;
        this.chain = chain(socket);
        var session = socket.sslSession();
        this.origin = new Origin(
                socket.remoteAddress().hostAddress(),
                session == null ? "none" : session.getProtocol() + " " + session.getCipherSuite());
        this.channel = PacketChannel.on(socket, context, hub.config().maxPacketSize(), this);
        this.place = WaitingRoom.placeOf(socket.channelHandlerContext().channel());
    }

    @Override
    public void packet(MqttMessage packet) {
        if (packet instanceof MqttConnectMessage said && connect == null) {
            place.ifPresent(Place::leave);
            connect = said;
            channel.hold(); // what comes behind CONNECT waits for CONNACK
            arrived(said);
        } else {
            ReferenceCountUtil.release(packet);
            end();
        }
    }

    private void arrived(MqttConnectMessage said) {
        var refusal = refusalOf(said);
        if (refusal != null) {
            refuse(refusal);
        } else if (!hub.connections().reserve()) {
            refuse(Refusal.FULL);
        } else {
            admission.judge(chain).onComplete(verdict -> judged(said, verdict.result()));
        }
    }

    /** What needs no question to anybody. */
    private static @Nullable Refusal refusalOf(MqttConnectMessage said) {
        var id = said.payload().clientIdentifier();
        var flags = said.variableHeader();
        if (id.length() > LONGEST_CLIENT_ID || !Publishing.isText(id)) {
            return Refusal.CLIENT_ID;
        }
        if (id.isEmpty() && flags.version() < MQTT_5 && !flags.isCleanSession()) {
            return Refusal.NO_CLIENT_ID;
        }
        if (flags.properties().getProperty(MqttProperties.AUTHENTICATION_METHOD) != null) {
            return Refusal.ENHANCED_AUTHENTICATION;
        }
        var willTopic = said.payload().willTopic();
        boolean badWill = flags.isWillFlag()
                && (willTopic == null || !TopicFilter.isTopic(willTopic) || !Publishing.isText(willTopic));
        return badWill ? Refusal.WILL_INVALID : null;
    }

    private void judged(MqttConnectMessage said, Verdict verdict) {
        if (over) {
            hub.connections().release();
        } else if (verdict instanceof Admitted admitted) {
            admit(said, admitted);
        } else if (verdict instanceof Verdict.Refused refused) {
            hub.connections().release();
            refuse(refused.refusal());
        }
    }

    private void admit(MqttConnectMessage said, Admitted admitted) {
        var terms = ConnectTerms.of(said, hub.config());
        var key = new SessionKey(admitted.identity(), terms.clientId());
        var acl = hub.rules().current();
        var rights = hub.rules().rights(key, admitted.standing());
        var will = Will.of(said, key);
        if (will != null && !rights.mayPublish(will.message().topic())) {
            hub.connections().release();
            refuse(Refusal.WILL_TOPIC);
            return;
        }
        var client = hub.config().crlFiles().isEmpty() ? admitted.withoutChain() : admitted;
        var connection =
                new ClientConnection(hub, channel, context, client, terms, rights, will, origin, connections::remove);
        connections.add(connection);
        channel.receiver(connection);
        boolean standing = hub.connections().add(connection);
        var objection = standing ? objection(connection, admitted) : Refusal.REVOKED;
        if (objection != null) {
            refuse(objection);
            connection.closeHere(
                    objection == Refusal.CERTIFICATE_SHARED ? CloseReason.CERTIFICATE_SHARED : CloseReason.REVOKED);
        } else if (!hub.sessions().attach(connection)) {
            refuse(Refusal.TOO_MANY_SESSIONS);
            connection.closeHere(CloseReason.PROTOCOL_ERROR);
        } else if (acl != hub.rules().current()) {
            connection.rulesChanged(); // it was not yet among those that were told
        }
    }

    private @Nullable Refusal objection(ClientConnection connection, Admitted admitted) {
        var objection = admission.objection(admitted);
        return objection == null ? hub.shared().arrives(connection, hub.connections()) : objection;
    }

    private void refuse(Refusal refusal) {
        var said = Objects.requireNonNull(connect);
        boolean mqtt5 = said.variableHeader().version() >= MQTT_5;
        var identity = admission.identity(chain);
        refusals.refused(refusal, identity, said.payload().clientIdentifier(), origin.address());
        var properties = new MqttProperties();
        if (mqtt5) {
            properties.add(new StringProperty(MqttProperties.REASON_STRING, refusal.advice()));
        }
        channel.send(Packets.connack(refusal.code(mqtt5), false, properties), SMALL);
        end();
    }

    @Override
    public void bad(BadPacket bad) {
        if (connect == null && channel.isMqtt5()) {
            channel.send(Packets.refusal5(bad.reason()), SMALL);
        } else if (connect == null && bad.reason() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
            channel.send(
                    Packets.connack(
                            MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION,
                            false,
                            MqttProperties.NO_PROPERTIES),
                    SMALL);
        }
        end();
    }

    @Override
    public void writable() {}

    @Override
    public void closed() {
        end();
    }

    private void end() {
        if (!over) {
            over = true;
            channel.close();
        }
    }

    private static List<X509Certificate> chain(NetSocketInternal socket) {
        var session = socket.sslSession();
        if (session == null) {
            return List.of();
        }
        try {
            var chain = new ArrayList<X509Certificate>();
            for (Certificate shown : session.getPeerCertificates()) {
                chain.add((X509Certificate) shown);
            }
            return chain;
        } catch (SSLPeerUnverifiedException noCertificate) {
            return List.of();
        }
    }
}
