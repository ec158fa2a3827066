package io.lumia.broker;

/**
 * A message on its way to one session, in the store.
 *
 * @param id ascending in the session's order
 * @param session number of the session that had it first; {@link #ANY}: another may have it now
 */
record StoredCopy(long id, long session, StoredMessage message) {
    static final long ANY = -1;

    /** How far the delivery came. */
    enum Stage {
        /** Not sent yet. */
        QUEUED('Q'),
        /** Has a packet id and may have been sent. */
        SENT('S'),
        /** PUBREC came: only the packet id counts now (MQTT 5, 4.3.3). */
        RECEIVED('R');

        private final byte code;

        Stage(char code) {
            this.code = (byte) code;
        }

        /** As it is stored. */
        byte code() {
            return code;
        }

        static Stage of(byte code) {
            for (Stage stage : values()) {
                if (stage.code == code) {
                    return stage;
                }
            }
            throw new IllegalArgumentException("no stage of a delivery: " + code);
        }
    }

    /** The same copy with a session that is not stored itself. */
    StoredCopy givenAway() {
        return new StoredCopy(id, ANY, message);
    }
}
