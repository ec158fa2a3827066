package io.lumia.broker;

/** Whose session it is. The identity is part of it, so that no client id reaches another identity's session. */
record SessionKey(String identity, String clientId) {
    /** The broker itself, which publishes below {@code $SYS}. */
    static final SessionKey BROKER = new SessionKey("", "");
}
