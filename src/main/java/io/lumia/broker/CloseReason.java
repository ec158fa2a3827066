package io.lumia.broker;

import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection ended; a metric label in lower case. Dropped by us, in the sense of the architecture's second way, are
 * {@code PROTOCOL_ERROR}, {@code PACKET_TOO_LARGE}, {@code KEEP_ALIVE}, {@code SHUTDOWN} and {@code INTERNAL}.
 */
enum CloseReason {
    /** The client sent DISCONNECT. */
    CLIENT(null),
    /** The same identity and client id connected again. */
    TAKEN_OVER(MqttDisconnectReasonCode.SESSION_TAKEN_OVER),
    /** The certificate was revoked. */
    REVOKED(MqttDisconnectReasonCode.ADMINISTRATIVE_ACTION),
    /** The certificate expired. */
    EXPIRED(MqttDisconnectReasonCode.NOT_AUTHORIZED),
    /** Nothing came for one and a half times the keep-alive. */
    KEEP_ALIVE(null),
    /** The network or the client ended it without DISCONNECT. */
    CONNECTION_LOST(null),
    /** The client broke the protocol. */
    PROTOCOL_ERROR(MqttDisconnectReasonCode.PROTOCOL_ERROR),
    /** A packet was larger than {@code broker.max-packet-size}. */
    PACKET_TOO_LARGE(MqttDisconnectReasonCode.PACKET_TOO_LARGE),
    /** The broker stops. */
    SHUTDOWN(MqttDisconnectReasonCode.SERVER_SHUTTING_DOWN),
    /** A defect of ours. */
    INTERNAL(MqttDisconnectReasonCode.UNSPECIFIED_ERROR);

    private final @Nullable MqttDisconnectReasonCode code;

    CloseReason(@Nullable MqttDisconnectReasonCode code) {
        this.code = code;
    }

    /** What an MQTT 5 client is told; null: nothing. */
    @Nullable
    MqttDisconnectReasonCode code() {
        return code;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Wills are not sent when the client said goodbye, nor when the broker stops: nobody is left to hear them. */
    boolean sendsWill() {
        return this != CLIENT && this != SHUTDOWN;
    }
}
