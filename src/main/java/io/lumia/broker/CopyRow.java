package io.lumia.broker;

import io.lumia.broker.StoredCopy.Stage;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StoredCopy} as it is stored.
 *
 * @param session number of the session it is for
 * @param message id of the message
 * @param group text of the shared subscription that chose the session; null: the session's own
 * @param packetId 0 until it has one
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record CopyRow(
        long session,
        long message,
        int qos,
        boolean retain,
        int[] identifiers,
        @Nullable String group,
        Stage stage,
        int packetId) {
    private static final int FIXED = 40;

    static byte[] write(long session, Delivery delivery, StoredCopy copy, Stage stage, int packetId) {
        var group = delivery.group();
        var row = Row.toWrite(FIXED);
        row.put(session);
        row.put(copy.message().id());
        row.put((byte) delivery.qos());
        row.put(delivery.retain());
        row.put(stage.code());
        row.put(packetId);
        row.put(group == null ? null : group.text());
        row.put(delivery.identifiers().length);
        for (int identifier : delivery.identifiers()) {
            row.put(identifier);
        }
        return row.value();
    }

    static CopyRow read(byte[] value) {
        var row = Row.of(value);
        long session = row.nextLong();
        long message = row.nextLong();
        int qos = row.nextByte();
        boolean retain = row.nextBoolean();
        var stage = Stage.of(row.nextByte());
        int packetId = row.nextInt();
        var group = row.nextText();
        var identifiers = new int[row.nextInt()];
        for (int i = 0; i < identifiers.length; i++) {
            identifiers[i] = row.nextInt();
        }
        return new CopyRow(session, message, qos, retain, identifiers, group, stage, packetId);
    }
}
