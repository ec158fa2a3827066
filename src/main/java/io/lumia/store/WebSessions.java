package io.lumia.store;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Browsers that are logged in, where several nodes serve them; table {@code web_sessions}. The secrets themselves are nowhere kept. */
public final class WebSessions {
    private final Store store;

    WebSessions(Store store) {
        this.store = store;
    }

    /**
     * A session without its secret.
     *
     * @param token name of the token it was begun with
     */
    public record Kept(String token, Instant lastSeen, Instant ends) {}

    /** @param hash SHA-256 of the secret, hexadecimal */
    public Future<Void> add(String hash, Kept session) {
        return store.write(handle -> handle.createUpdate(
                                "insert into web_sessions (hash, token, last_seen, ends) values (:hash, :token, :seen, :ends)")
                        .bind("hash", hash)
                        .bind("token", session.token())
                        .bind("seen", session.lastSeen().toEpochMilli())
                        .bind("ends", session.ends().toEpochMilli())
                        .execute())
                .mapEmpty();
    }

    public Future<Optional<Kept>> find(String hash) {
        return store.read(handle -> find(handle, hash));
    }

    /** Remembers when it was last used. */
    public Future<Void> used(String hash, Instant now) {
        return store.writeUnsynced(
                        handle -> handle.createUpdate("update web_sessions set last_seen = :now where hash = :hash")
                                .bind("now", now.toEpochMilli())
                                .bind("hash", hash)
                                .execute())
                .mapEmpty();
    }

    /** @return what there was */
    public Future<Optional<Kept>> remove(String hash) {
        return store.write(handle -> {
            var found = find(handle, hash);
            int removed = handle.createUpdate("delete from web_sessions where hash = :hash")
                    .bind("hash", hash)
                    .execute();
            return removed > 0 ? found : Optional.empty();
        });
    }

    public Future<Void> removeOf(String token) {
        return store.write(handle -> handle.createUpdate("delete from web_sessions where token = :token")
                        .bind("token", token)
                        .execute())
                .mapEmpty();
    }

    public Future<Integer> count() {
        return store.read(handle -> handle.createQuery("select count(*) from web_sessions")
                .mapTo(Integer.class)
                .one());
    }

    private static Optional<Kept> find(Handle handle, String hash) {
        return handle.createQuery("select token, last_seen, ends from web_sessions where hash = :hash")
                .bind("hash", hash)
                .map((row, context) -> new Kept(
                        row.getString("token"),
                        Instant.ofEpochMilli(row.getLong("last_seen")),
                        Instant.ofEpochMilli(row.getLong("ends"))))
                .findOne();
    }
}
