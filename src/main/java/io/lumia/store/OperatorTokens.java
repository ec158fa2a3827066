package io.lumia.store;

import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Named tokens of the admin API; table {@code operator_tokens}. The tokens themselves are nowhere kept. */
public final class OperatorTokens {
    private static final int MOST = 1000;

    private final Store store;

    OperatorTokens(Store store) {
        this.store = store;
    }

    /**
     * A token without its secret.
     *
     * @param role what it lets do, by its label
     * @param createdBy who made it
     */
    public record OperatorToken(
            String name,
            String role,
            Instant createdAt,
            String createdBy,
            Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    /** What became of a new token. */
    public enum Addition {
        ADDED,
        NAME_TAKEN,
        TOO_MANY
    }

    /** @param hash SHA-256 of the token, hexadecimal */
    public Future<Addition> add(OperatorToken token, String hash) {
        return store.write(handle -> {
            store.hold(handle, "operator tokens");
            int count = handle.createQuery("select count(*) from operator_tokens")
                    .mapTo(Integer.class)
                    .one();
            if (count >= MOST) {
                return Addition.TOO_MANY;
            }
            int added = handle.createUpdate("""
                            insert into operator_tokens (name, hash, role, created_at, created_by, expires_at)
                            values (:name, :hash, :role, :createdAt, :createdBy, :expiresAt)
                            on conflict (name) do nothing
                            """)
                    .bind("name", token.name())
                    .bind("hash", hash)
                    .bind("role", token.role())
                    .bind("createdAt", token.createdAt().toEpochMilli())
                    .bind("createdBy", token.createdBy())
                    .bind("expiresAt", token.expiresAt().toEpochMilli())
                    .execute();
            return added > 0 ? Addition.ADDED : Addition.NAME_TAKEN;
        });
    }

    /** By name, ascending; those that have expired are among them. */
    public Future<List<OperatorToken>> all() {
        return store.read(handle -> handle.createQuery("select * from operator_tokens order by name")
                .map(OperatorTokens::token)
                .list());
    }

    /**
     * Also when it has expired.
     *
     * @param hash SHA-256 of what was presented, hexadecimal
     */
    public Future<Optional<OperatorToken>> byHash(String hash) {
        return find("select * from operator_tokens where hash = :key", hash);
    }

    /** Also when it has expired. */
    public Future<Optional<OperatorToken>> byName(String name) {
        return find("select * from operator_tokens where name = :key", name);
    }

    /** Remembers when it was last presented; may be lost when the power goes. */
    public Future<Void> used(String name, Instant now) {
        return store.writeUnsynced(handle -> handle.createUpdate(
                                "update operator_tokens set last_used_at = :now where name = :name")
                        .bind("name", name)
                        .bind("now", now.toEpochMilli())
                        .execute())
                .mapEmpty();
    }

    /** @return whether it was there */
    public Future<Boolean> remove(String name) {
        return store.write(handle -> handle.createUpdate("delete from operator_tokens where name = :name")
                        .bind("name", name)
                        .execute()
                > 0);
    }

    private Future<Optional<OperatorToken>> find(String query, String key) {
        return store.read(handle -> handle.createQuery(query)
                .bind("key", key)
                .map(OperatorTokens::token)
                .findOne());
    }

    private static OperatorToken token(ResultSet row, StatementContext context) throws SQLException {
        long used = row.getLong("last_used_at");
        boolean never = row.wasNull();
        return new OperatorToken(
                row.getString("name"),
                row.getString("role"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                row.getString("created_by"),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                never ? null : Instant.ofEpochMilli(used));
    }
}
