package io.lumia.broker.durable;

import java.util.Locale;

/** What is kept, each with its kind of key. */
public enum Table {
    /** The format's version and the last sign of life. */
    META(String.class),
    /** Sessions by number. */
    SESSIONS(Long.class),
    /** Subscriptions by their session's number and the filter. */
    SUBSCRIPTIONS(String.class),
    /** Packet ids of inbound QoS 2 messages that are not released, by their session's number and the id. */
    INBOUND(Long.class),
    /** Messages by id; what is in {@link #COPIES} and {@link #RETAINED} refers to them. */
    MESSAGES(Long.class),
    /** Messages on their way to a session, ascending in its order. */
    COPIES(Long.class),
    /** The ids of retained messages. */
    RETAINED(Long.class);

    private final Class<?> key;

    Table(Class<?> key) {
        this.key = key;
    }

    boolean hasTextKey() {
        return key == String.class;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
