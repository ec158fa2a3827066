package io.lumia.broker;

import io.lumia.broker.wire.ReasonCode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection ended; a metric label in lower case. Dropped by us, in the sense of the architecture's second way, are
 * {@code PROTOCOL_ERROR}, {@code PACKET_TOO_LARGE}, {@code QUEUE_FULL}, {@code KEEP_ALIVE}, {@code STORE_FAILED}, {@code SHUTDOWN} and {@code INTERNAL}.
 */
enum CloseReason {
    /** The client sent DISCONNECT. */
    CLIENT(null),
    /** The client sent DISCONNECT and wants its will to be published. */
    CLIENT_WITH_WILL(null),
    /** The same identity and client id connected again. */
    TAKEN_OVER(ReasonCode.SESSION_TAKEN_OVER),
    /** The certificate was revoked. */
    REVOKED(ReasonCode.ADMINISTRATIVE_ACTION),
    /** The identity is no longer among those that may connect. */
    NOT_ALLOWED(ReasonCode.NOT_AUTHORIZED),
    /** The certificate expired. */
    EXPIRED(ReasonCode.NOT_AUTHORIZED),
    /** The certificate is in use at another address, and {@code broker.shared-certificate} is {@code refuse}. */
    CERTIFICATE_SHARED(ReasonCode.NOT_AUTHORIZED),
    /** Nothing came for one and a half times the keep-alive. */
    KEEP_ALIVE(ReasonCode.KEEP_ALIVE_TIMEOUT),
    /** The network or the client ended it without DISCONNECT. */
    CONNECTION_LOST(null),
    /** The client broke the protocol. */
    PROTOCOL_ERROR(ReasonCode.PROTOCOL_ERROR),
    /** A packet was larger than {@code broker.max-packet-size}. */
    PACKET_TOO_LARGE(ReasonCode.PACKET_TOO_LARGE),
    /** The client did not take its messages in time, and {@code broker.limits.overflow} is {@code disconnect}. */
    QUEUE_FULL(ReasonCode.QUOTA_EXCEEDED),
    /** What the client sent cannot be stored at present, and it speaks no MQTT 5. */
    STORE_FAILED(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR),
    /** The broker stops. */
    SHUTDOWN(ReasonCode.SERVER_SHUTTING_DOWN),
    /** A defect of ours. */
    INTERNAL(ReasonCode.UNSPECIFIED_ERROR);

    private final @Nullable ReasonCode code;

    CloseReason(@Nullable ReasonCode code) {
        this.code = code;
    }

    /** What an MQTT 5 client is told; null: nothing. */
    @Nullable
    ReasonCode code() {
        return code;
    }

    String label() {
        return this == CLIENT_WITH_WILL ? CLIENT.label() : name().toLowerCase(Locale.ROOT);
    }

    /** Wills are not sent when the client said goodbye, nor when the broker stops: nobody is left to hear them. */
    boolean sendsWill() {
        return this != CLIENT && this != SHUTDOWN;
    }
}
