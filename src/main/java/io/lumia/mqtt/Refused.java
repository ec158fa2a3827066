package io.lumia.mqtt;

import io.lumia.broker.wire.ReasonCode;

/** The server said no: to a connection, a message or a subscription. The same request will hardly succeed at once. */
public final class Refused extends Exception {
    private final ReasonCode reason;

    /** @param detail the server's reason string; may be empty */
    Refused(ReasonCode reason, String detail) {
        super(reason.label() + (detail.isEmpty() ? "" : ": " + detail));
        this.reason = reason;
    }

    public ReasonCode reason() {
        return reason;
    }

    /** Whether the server is only busy or away, so that the next try may succeed. */
    public boolean isTemporary() {
        return switch (reason) {
            case SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    SERVER_SHUTTING_DOWN,
                    CONNECTION_RATE_EXCEEDED,
                    MESSAGE_RATE_TOO_HIGH,
                    QUOTA_EXCEEDED,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR -> true;
            default -> false;
        };
    }
}
