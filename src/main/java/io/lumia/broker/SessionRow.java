package io.lumia.broker;

import io.lumia.access.Standing;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a session beside its subscriptions and messages.
 *
 * @param standing of its client, which decides on topics of its own
 * @param offlineSince {@link Instant#MAX} while it is connected
 * @param will what is published unless the client comes back or says goodbye
 */
record SessionRow(
        SessionKey key,
        Standing standing,
        Duration expiry,
        Instant offlineSince,
        @Nullable Will will) {
    private static final int ABOUT = 128;
    private static final long NO_EXPIRY = -1;

    byte[] write() {
        var row = Row.toWrite(ABOUT);
        row.put(key.identity());
        row.put(key.clientId());
        row.put(standing.code());
        row.put(expiry.toSeconds());
        row.put(offlineSince.equals(Instant.MAX) ? Long.MAX_VALUE : offlineSince.toEpochMilli());
        row.put(will != null);
        if (will != null) {
            row.put(MessageRow.write(will.message()));
            row.put(will.delay().toSeconds());
            row.put(will.expiry() == null ? NO_EXPIRY : will.expiry());
        }
        return row.value();
    }

    static SessionRow read(byte[] value) {
        var row = Row.of(value);
        var key = new SessionKey(row.nextName(), row.nextName());
        var standing = Standing.of(row.nextByte());
        var expiry = Duration.ofSeconds(row.nextLong());
        long since = row.nextLong();
        var will = row.nextBoolean() ? will(row) : null;
        return new SessionRow(
                key, standing, expiry, since == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(since), will);
    }

    private static Will will(Row row) {
        var message = MessageRow.read(row.nextBytes());
        var delay = Duration.ofSeconds(row.nextLong());
        long expiry = row.nextLong();
        return new Will(message, delay, expiry == NO_EXPIRY ? null : expiry);
    }
}
