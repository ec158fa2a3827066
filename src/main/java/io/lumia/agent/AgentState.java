package io.lumia.agent;

/** Where an identity is in its life. */
public enum AgentState {
    /** It was told to stop; terminal. */
    STOPPED,
    /** Only an operator can help, and trying again would be wrong (another root than the pinned one); terminal. */
    FAILED,
    /** It has an identity key at most, and does not know whom to trust. */
    NEW,
    /** Its name is claimed; it knows the root, the ACME directory and the broker, and has no valid certificate for MQTT. */
    PROVISIONED,
    /** It has a valid certificate and no connection. */
    CERTIFIED,
    /** It is connected over mTLS. */
    CONNECTED,
    /** As {@link #CONNECTED}, while a second certificate is obtained, probed and promoted. */
    RENEWING
}
