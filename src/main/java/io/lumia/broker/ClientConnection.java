package io.lumia.broker;

import static io.lumia.bus.FleetBus.DEVICE_CONNECTED;
import static io.lumia.bus.FleetBus.DEVICE_DISCONNECTED;

import io.lumia.access.Standing;
import io.lumia.access.TopicRights;
import io.lumia.broker.Admission.Verdict.Admitted;
import io.lumia.broker.wire.BadPacket;
import io.lumia.broker.wire.PacketChannel;
import io.lumia.broker.wire.Packets;
import io.lumia.broker.wire.ReasonCode;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.DeviceDisconnected;
import io.lumia.x509.Printable;
import io.lumia.x509.SerialNumber;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One admitted client on its event loop, from CONNACK to the end. Other threads only call {@link #close} and {@link #takenOver}. */
final class ClientConnection implements PacketChannel.Receiver {
    private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);
    private static final int SMALL = 64;

    /**
     * How a client came.
     *
     * @param tls protocol and cipher suite
     */
    record Origin(String address, String tls) {}

    private final Hub hub;
    private final PacketChannel channel;
    private final Context context;
    private final Admitted client;
    private final SessionKey key;
    private final ConnectTerms terms;
    private final Origin origin;
    private volatile TopicRights rights;
    private final @Nullable Will will;
    private final Promise<Void> closed = Promise.promise();
    private final Consumer<ClientConnection> whenClosed;
    private final Publishing publishing;
    private final Acknowledging acknowledging;
    private final Subscribing subscribing;
    private final OutboundPublish outbound;
    private @Nullable Session session;
    private @Nullable CloseReason reason;
    private boolean gone;
    private boolean resumedElsewhere;
    private volatile long acceptedAt;
    private volatile long lastHeard = System.nanoTime();

    ClientConnection(
            Hub hub,
            PacketChannel channel,
            Context context,
            Admitted client,
            ConnectTerms terms,
            TopicRights rights,
            @Nullable Will will,
            Origin origin,
            Consumer<ClientConnection> whenClosed) {
        this.hub = hub;
        this.channel = channel;
        this.context = context;
        this.client = client;
        this.key = new SessionKey(client.identity(), terms.clientId());
        this.terms = terms;
        this.rights = rights;
        this.will = will;
        this.origin = origin;
        this.whenClosed = whenClosed;
        var aliases = new TopicAliases(hub.config().limits().topicAliases(), terms.topicAliasMaximum());
        this.publishing = new Publishing(hub, this, aliases);
        this.acknowledging = new Acknowledging(hub, this);
        this.subscribing = new Subscribing(hub, this);
        this.outbound = new OutboundPublish(terms, aliases, hub.clock());
    }

    Context context() {
        return context;
    }

    SessionKey key() {
        return key;
    }

    SerialNumber serial() {
        return client.serial();
    }

    /** As the client showed it; empty where no CRL can ask for it. */
    List<X509Certificate> chain() {
        return client.chain();
    }

    String address() {
        return origin.address();
    }

    /** Whether it was there before the other and has been heard of since the other was accepted: both are alive. From any thread. */
    boolean outlived(ClientConnection other) {
        return acceptedAt != 0
                && other.acceptedAt != 0
                && other.acceptedAt - acceptedAt > 0
                && lastHeard - other.acceptedAt > 0;
    }

    Instant certificateEnds() {
        return client.notAfter();
    }

    TopicRights rights() {
        return rights;
    }

    Standing standing() {
        return client.standing();
    }

    /** What it publishes from now on goes by the rules in force. From any thread. */
    void rulesChanged() {
        context.runOnContext(turn -> {
            rights = hub.rules().rights(key, client.standing());
            publishing.rightsChanged();
        });
    }

    ConnectTerms terms() {
        return terms;
    }

    /** What is published when the client goes without a word; null: nothing. */
    @Nullable
    Will will() {
        return will;
    }

    PacketChannel channel() {
        return channel;
    }

    Acknowledging acknowledging() {
        return acknowledging;
    }

    /** Sends CONNACK. Called by the session, on this connection's event loop. @return false when the client is gone already */
    boolean accepted(Session owner, boolean present) {
        if (gone) {
            return false;
        }
        session = owner;
        send(Packets.connack(MqttConnectReturnCode.CONNECTION_ACCEPTED, present, terms.acknowledgement()));
        hub.counters().connect("accepted");
        DEVICE_CONNECTED.publish(
                hub.vertx(),
                new DeviceConnected(key.identity(), key.clientId(), client.serial(), origin.address(), origin.tls()));
        log.atDebug()
                .addKeyValue("identity", key.identity())
                .addKeyValue("clientId", Printable.quoted(key.clientId()))
                .addKeyValue("serial", client.serial())
                .addKeyValue("sessionPresent", present)
                .log("client connected");
        lastHeard = System.nanoTime();
        acceptedAt = lastHeard;
        context.runOnContext(
                turn -> channel.resume()); // what came behind CONNECT, once the session has sent what it has
        return true;
    }

    /** Refuses the client: its session cannot be stored at present. On the event loop. */
    void unavailable() {
        if (!gone) {
            hub.counters().connect(Refusal.STORE_FAILED.label());
            send(Packets.connack(Refusal.STORE_FAILED.code(terms.mqtt5()), false, MqttProperties.NO_PROPERTIES));
            closeHere(CloseReason.STORE_FAILED);
        }
    }

    // ---- what goes out

    /** Whether the client accepts packets of this size. */
    boolean takes(Delivery delivery) {
        return outbound.fits(delivery);
    }

    /** Whether what was sent is leaving; false when the client does not read. */
    boolean isWritable() {
        return !gone && channel.isWritable();
    }

    /** Sends a PUBLISH. */
    void send(Delivery delivery, int packetId, boolean again) {
        channel.send(
                outbound.packet(delivery, packetId, again), delivery.message().size());
    }

    /** Sends PUBREL. */
    void release(int packetId, ReasonCode code) {
        send(Packets.answer(MqttMessageType.PUBREL, packetId, code));
    }

    void send(MqttMessage small) {
        channel.send(small, SMALL);
    }

    // ---- what comes in

    @Override
    public void packet(MqttMessage packet) {
        var owner = session;
        if (gone || owner == null) {
            ReferenceCountUtil.release(packet);
            return;
        }
        lastHeard = System.nanoTime();
        try {
            handle(packet, owner);
        } catch (RuntimeException defect) {
            log.atError()
                    .setCause(defect)
                    .addKeyValue("identity", key.identity())
                    .log("broker failed to handle a packet");
            closeHere(CloseReason.INTERNAL);
        }
    }

    private void handle(MqttMessage packet, Session owner) {
        switch (packet.fixedHeader().messageType()) {
            case PUBLISH -> publishing.published((MqttPublishMessage) packet, owner);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> acknowledging.handle(packet, owner);
            case SUBSCRIBE -> subscribing.subscribe((MqttSubscribeMessage) packet, owner);
            case UNSUBSCRIBE -> subscribing.unsubscribe((MqttUnsubscribeMessage) packet, owner);
            case PINGREQ -> send(MqttMessage.PINGRESP);
            case DISCONNECT -> said((MqttReasonCodeAndPropertiesVariableHeader) packet.variableHeader(), owner);
            default -> violated(ReasonCode.PROTOCOL_ERROR, "a client does not send this packet (MQTT 5, 2.1.2)");
        }
    }

    static int packetId(MqttMessage packet) {
        return ((MqttMessageIdVariableHeader) packet.variableHeader()).messageId();
    }

    @Override
    public void bad(BadPacket bad) {
        violated(bad.reason(), bad.detail());
    }

    @Override
    public void writable() {
        var owner = session;
        if (owner != null) {
            owner.withSession(this, owner.outbox()::sendWhatFits);
        }
    }

    @Override
    public void closed() {
        ended(CloseReason.CONNECTION_LOST);
    }

    private void said(MqttReasonCodeAndPropertiesVariableHeader goodbye, Session owner) {
        var changed = terms.mqtt5() ? terms.changedExpiry(goodbye.properties()) : null;
        if (changed != null && terms.sessionExpiry().isZero() && !changed.isZero()) {
            violated(ReasonCode.PROTOCOL_ERROR, "a session that ends with its connection cannot be kept (3.14.2.2.2)");
            return;
        }
        if (changed != null) {
            owner.withSession(this, () -> owner.expiry(changed));
        }
        // only 0x00 deletes the will (3.14.4)
        closeHere(goodbye.reasonCode() == 0 ? CloseReason.CLIENT : CloseReason.CLIENT_WITH_WILL);
    }

    // ---- the end

    /** Ends the connection; an MQTT 5 client is told why. From any thread. @return completes when the client can do nothing any more */
    Future<Void> close(CloseReason why) {
        context.runOnContext(turn -> closeHere(why));
        return closed.future();
    }

    /** The session belongs to another connection now. From any thread. */
    void takenOver(boolean resumed) {
        context.runOnContext(turn -> {
            resumedElsewhere = resumed;
            closeHere(CloseReason.TAKEN_OVER);
        });
    }

    /** The client broke the protocol. On the event loop. */
    void violated(ReasonCode code, String detail) {
        log.atDebug()
                .addKeyValue("identity", key.identity())
                .addKeyValue("reason", detail)
                .log("client broke the protocol");
        var why = code == ReasonCode.PACKET_TOO_LARGE ? CloseReason.PACKET_TOO_LARGE : CloseReason.PROTOCOL_ERROR;
        closeHere(why, code, detail);
    }

    /** Ends the connection, on its event loop. */
    void closeHere(CloseReason why) {
        closeHere(why, why.code(), null);
    }

    private void closeHere(CloseReason why, @Nullable ReasonCode code, @Nullable String detail) {
        if (gone) {
            return;
        }
        reason = why;
        if (code != null && session != null && terms.mqtt5()) {
            var properties = new MqttProperties();
            if (detail != null && detail.length() + SMALL < terms.maximumPacketSize()) {
                properties.add(new StringProperty(MqttProperties.REASON_STRING, detail));
            }
            send(Packets.disconnect(code, properties));
        }
        channel.close();
        ended(why);
    }

    private void ended(CloseReason byDefault) {
        if (gone) {
            return;
        }
        gone = true;
        var why = reason == null ? byDefault : reason;
        hub.connections().remove(this);
        if (session != null) {
            tellEnd(session, why);
        }
        whenClosed.accept(this);
        hub.connections().release(); // last: who sees the place free sees the end told
        closed.complete();
    }

    private void tellEnd(Session owner, CloseReason why) {
        hub.counters().disconnect(why);
        var due = why.sendsWill()
                        && will != null
                        && rights.mayPublish(will.message().topic())
                ? will
                : null;
        boolean waits = due != null && !due.delay().isZero() && why != CloseReason.TAKEN_OVER;
        // a will with a delay is not due when the session goes on (MQTT 5, 3.1.3.2.2)
        if (due != null && !waits && (due.delay().isZero() || !resumedElsewhere)) {
            hub.router().publish(due.due(hub.clock()));
        }
        owner.detach(this, waits ? due : null);
        DEVICE_DISCONNECTED.publish(
                hub.vertx(), new DeviceDisconnected(key.identity(), key.clientId(), client.serial(), why.label()));
        var level = why == CloseReason.REVOKED || why == CloseReason.EXPIRED || why == CloseReason.NOT_ALLOWED
                ? log.atInfo()
                : log.atDebug();
        level.addKeyValue("identity", key.identity())
                .addKeyValue("clientId", Printable.quoted(key.clientId()))
                .addKeyValue("serial", client.serial())
                .addKeyValue("reason", why.label())
                .log("client disconnected");
    }

    /** Whether nothing came for one and a half times the keep-alive (3.1.2.10). */
    boolean isSilent(long nowNanos) {
        long keepAlive = terms.keepAlive().toMillis();
        return keepAlive > 0 && nowNanos - lastHeard >= TimeUnit.MILLISECONDS.toNanos(keepAlive * 3 / 2);
    }
}
