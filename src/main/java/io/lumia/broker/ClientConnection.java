package io.lumia.broker;

import static io.lumia.bus.FleetBus.DEVICE_CONNECTED;
import static io.lumia.bus.FleetBus.DEVICE_DISCONNECTED;

import io.lumia.access.TopicRights;
import io.lumia.broker.Admission.Verdict.Admitted;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.DeviceDisconnected;
import io.lumia.x509.Printable;
import io.lumia.x509.SerialNumber;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.messages.MqttDisconnectMessage;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One admitted client on its event loop, from CONNACK to the end. Other threads only call {@link #close} and {@link #takenOver}. */
final class ClientConnection {
    private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);
    private static final int PROBE_EVERY = 16 * 1024;
    private static final int MOST_UNWRITTEN = 512 * 1024;

    private final Hub hub;
    private final MqttEndpoint endpoint;
    private final Context context;
    private final Admitted client;
    private final SessionKey key;
    private final ConnectTerms terms;
    private final String address;
    private final TopicRights rights;
    private final Promise<Void> closed = Promise.promise();
    private final Consumer<ClientConnection> whenClosed;
    private @Nullable Session session;
    private @Nullable CloseReason reason;
    private boolean gone;
    private boolean withholdsWill;
    private long lastHeard = System.nanoTime();
    private int unprobed;
    private int unwritten;

    ClientConnection(
            Hub hub,
            MqttEndpoint endpoint,
            Context context,
            Admitted client,
            ConnectTerms terms,
            TopicRights rights,
            String address,
            Consumer<ClientConnection> whenClosed) {
        this.hub = hub;
        this.endpoint = endpoint;
        this.context = context;
        this.client = client;
        this.key = new SessionKey(client.identity(), terms.clientId());
        this.terms = terms;
        this.rights = rights;
        this.address = address;
        this.whenClosed = whenClosed;
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

    Instant certificateEnds() {
        return client.notAfter();
    }

    TopicRights rights() {
        return rights;
    }

    boolean cleanStart() {
        return terms.cleanStart();
    }

    Duration sessionExpiry() {
        return terms.sessionExpiry();
    }

    int receiveMaximum() {
        return terms.receiveMaximum();
    }

    boolean isMqtt5() {
        return terms.mqtt5();
    }

    MqttEndpoint endpoint() {
        return endpoint;
    }

    /** The client is there. */
    void heard() {
        lastHeard = System.nanoTime();
    }

    /** Begins to listen to the client; called before it is accepted. @return false when it is gone already */
    boolean open() {
        return attempt(() -> {
            endpoint.closeHandler(ended -> ended(CloseReason.CONNECTION_LOST));
            endpoint.exceptionHandler(this::failed);
            endpoint.disconnectMessageHandler(this::said);
            endpoint.pingHandler(ping -> heard());
            new Publishing(hub, this).listen();
            new Subscribing(hub, this).listen();
        });
    }

    /** Sends CONNACK. Called by the session, on this connection's event loop. @return false when the client is gone already */
    boolean accepted(Session owner, boolean present) {
        if (gone || !attempt(() -> endpoint.accept(present, terms.acknowledgement()))) {
            return false;
        }
        session = owner;
        hub.counters().connect("accepted");
        DEVICE_CONNECTED.publish(
                hub.vertx(),
                new DeviceConnected(key.identity(), key.clientId(), client.serial(), address, terms.tls()));
        log.atDebug()
                .addKeyValue("identity", key.identity())
                .addKeyValue("clientId", Printable.quoted(key.clientId()))
                .addKeyValue("serial", client.serial())
                .addKeyValue("sessionPresent", present)
                .log("client connected");
        return true;
    }

    /** Whose state this connection works on; null before CONNACK. */
    @Nullable
    Session session() {
        return session;
    }

    /** Whether the client accepts packets of this size (MQTT 5, 3.1.2.11.4). */
    boolean takes(Message message) {
        return terms.maximumPacketSize() == 0 || message.size() < terms.maximumPacketSize();
    }

    /** Whether what was sent is leaving; false when the client does not read. */
    boolean isWritable() {
        return !gone && unwritten < MOST_UNWRITTEN;
    }

    /** Sends a PUBLISH. Every so often it learns how far writing got: a callback for each message would cost too much. */
    void send(Delivery delivery, int packetId, boolean again) {
        var message = delivery.message();
        boolean sent = attempt(() -> {
            var written = endpoint.publish(
                    message.topic(),
                    message.payload(),
                    MqttQoS.valueOf(delivery.qos()),
                    again,
                    delivery.retain(),
                    packetId,
                    message.properties());
            unprobed += message.size();
            unwritten += message.size();
            if (unprobed >= PROBE_EVERY) {
                int probed = unprobed;
                unprobed = 0;
                written.onComplete(done -> written(probed));
            }
        });
        if (!sent) {
            log.atDebug()
                    .addKeyValue("identity", key.identity())
                    .log("message stays in the session: connection is gone");
        }
    }

    private void written(int bytes) {
        boolean waited = !isWritable();
        unwritten -= bytes;
        var owner = session;
        if (waited && isWritable() && owner != null) {
            owner.withSession(this, owner.outbox()::sendWhatFits);
        }
    }

    /** Ends the connection; an MQTT 5 client is told why. From any thread. @return completes when the client can do nothing any more */
    Future<Void> close(CloseReason why) {
        context.runOnContext(turn -> closeHere(why));
        return closed.future();
    }

    /** The session belongs to another connection now. From any thread. */
    void takenOver(boolean resumed) {
        context.runOnContext(turn -> {
            // a will with a delay is not due when the session goes on (MQTT 5, 3.1.3.2.2)
            withholdsWill = resumed && terms.willIsDelayed();
            closeHere(CloseReason.TAKEN_OVER);
        });
    }

    /** Ends the connection, on its event loop. */
    void closeHere(CloseReason why) {
        if (gone) {
            return;
        }
        reason = reason == null ? why : reason;
        var code = why.code();
        boolean told = code != null
                && session != null
                && attempt(() -> endpoint.disconnect(code, MqttProperties.NO_PROPERTIES));
        if (!told) {
            var unused = attempt(endpoint::close);
        }
        ended(why);
    }

    private void said(MqttDisconnectMessage goodbye) {
        if (goodbye.code() != MqttDisconnectReasonCode.NORMAL) {
            publishWill(); // only 0x00 deletes it (MQTT 5, 3.14.4)
        }
        reason = CloseReason.CLIENT;
        var owner = session;
        var changed = terms.changedExpiry(goodbye.properties());
        if (owner != null && changed != null) {
            owner.withSession(this, () -> owner.expiry(changed));
        }
    }

    private void failed(Throwable failure) {
        boolean broken = failure instanceof io.netty.handler.codec.DecoderException;
        log.atDebug()
                .addKeyValue("identity", key.identity())
                .addKeyValue("reason", failure.toString())
                .log("connection failed");
        if (failure instanceof TooLongFrameException) {
            closeHere(CloseReason.PACKET_TOO_LARGE);
        } else if (broken) {
            closeHere(CloseReason.PROTOCOL_ERROR);
        }
    }

    private void ended(CloseReason byDefault) {
        if (gone) {
            return;
        }
        gone = true;
        var observed = quiet() && byDefault == CloseReason.CONNECTION_LOST ? CloseReason.KEEP_ALIVE : byDefault;
        var why = reason == null ? observed : reason;
        hub.connections().remove(this);
        hub.connections().release();
        if (session != null) {
            tellEnd(session, why);
        }
        whenClosed.accept(this);
        closed.complete();
    }

    private void tellEnd(Session owner, CloseReason why) {
        hub.counters().disconnect(why);
        if (why.sendsWill() && !withholdsWill) {
            publishWill();
        }
        owner.detach(this);
        DEVICE_DISCONNECTED.publish(
                hub.vertx(), new DeviceDisconnected(key.identity(), key.clientId(), client.serial(), why.label()));
        var level = why == CloseReason.REVOKED || why == CloseReason.EXPIRED ? log.atInfo() : log.atDebug();
        level.addKeyValue("identity", key.identity())
                .addKeyValue("clientId", Printable.quoted(key.clientId()))
                .addKeyValue("serial", client.serial())
                .addKeyValue("reason", why.label())
                .log("client disconnected");
    }

    private void publishWill() {
        var will = endpoint.will();
        if (will != null && will.isWillFlag()) {
            hub.router().publish(Message.of(will, key));
        }
    }

    /** Whether the keep-alive ran out: vertx-mqtt closes then, without saying so. */
    private boolean quiet() {
        long silence = System.nanoTime() - lastHeard;
        int keepAlive = endpoint.keepAliveTimeSeconds();
        return keepAlive > 0 && silence >= TimeUnit.MILLISECONDS.toNanos(keepAlive * 1500L - 50);
    }

    /** Calls on an endpoint that has closed meanwhile throw. @return false then */
    boolean attempt(Runnable call) {
        try {
            call.run();
            return true;
        } catch (IllegalArgumentException | IllegalStateException closedMeanwhile) {
            return false;
        }
    }
}
