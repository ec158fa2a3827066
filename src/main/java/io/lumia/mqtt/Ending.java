package io.lumia.mqtt;

import io.lumia.broker.wire.ReasonCode;
import java.util.Set;

/**
 * How a connection ended.
 *
 * @param reason of the DISCONNECT that was received or sent
 * @param detail the server's reason string, or ours; may be empty
 */
public record Ending(By by, ReasonCode reason, String detail) {
    /** Who ended it. */
    public enum By {
        /** This client sent DISCONNECT. */
        CLIENT,
        /** The server sent DISCONNECT. */
        SERVER,
        /** Nobody said anything: the network, or a process that died. */
        NETWORK
    }

    /** Take-over by the same identity; revocation; expiry, or a name that may not connect any more. Ours and Mosquitto say so alike. */
    private static final Set<ReasonCode> MEANT =
            Set.of(ReasonCode.SESSION_TAKEN_OVER, ReasonCode.ADMINISTRATIVE_ACTION, ReasonCode.NOT_AUTHORIZED);

    static Ending network() {
        return new Ending(By.NETWORK, ReasonCode.UNSPECIFIED_ERROR, "");
    }

    /**
     * Whether it was nobody's wish: anything but take-over, revocation, expiry or the client's own DISCONNECT. A client that gave up because it
     * heard nothing any more was dropped, too.
     */
    public boolean isDrop() {
        return switch (by) {
            case NETWORK -> true;
            case SERVER -> !MEANT.contains(reason);
            case CLIENT -> reason.isFailure();
        };
    }

    /** For the log: who, why, and what was said. */
    public String text() {
        return switch (by) {
            case NETWORK -> "the network closed the connection";
            case CLIENT -> "closed here, " + why();
            case SERVER -> "closed by the server, " + why();
        };
    }

    private String why() {
        return reason.label() + (detail.isEmpty() ? "" : ": " + detail);
    }
}
