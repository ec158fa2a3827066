package io.lumia.broker.durable;

import org.jspecify.annotations.Nullable;

/**
 * One row written or removed.
 *
 * @param key a Long or a String, as the table has it
 * @param value never written to after this; null: the row is removed
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, compared by nobody
public record Change(Table table, Object key, byte @Nullable [] value) {
    private static final int OVERHEAD = 64;

    public static Change put(Table table, Object key, byte[] value) {
        return new Change(table, key, value);
    }

    public static Change remove(Table table, Object key) {
        return new Change(table, key, null);
    }

    /** About what it takes in memory. */
    int size() {
        return OVERHEAD + (value == null ? 0 : value.length);
    }
}
