package io.lumia.mqtt;

import io.lumia.broker.wire.ReasonCode;

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

    static Ending network() {
        return new Ending(By.NETWORK, ReasonCode.UNSPECIFIED_ERROR, "");
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
