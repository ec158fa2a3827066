package io.lumia.store;

import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Phase;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Where the rotations of root and intermediate are, for every node of the authority; table {@code ca_rotations}. */
public final class CaRotations {
    private final Store store;

    CaRotations(Store store) {
        this.store = store;
    }

    /**
     * One rotation.
     *
     * @param since when its phase began
     * @param actor who started it
     * @param oldNumber generation that is left, and the one that comes
     * @param oldRoot certificates, PEM, of both generations
     * @param newIssuer what signs leaves; the root itself where there is no intermediate
     * @param bundleAt when what is published last changed
     * @param switchedAt when the issuer last changed; null: it has not
     * @param oldRevokedAt when the old intermediate was revoked; null: it was not
     */
    public record Rotation(
            String id,
            Kind kind,
            Phase phase,
            Instant startedAt,
            Instant since,
            String actor,
            int oldNumber,
            int newNumber,
            String oldRoot,
            String newRoot,
            String oldIssuer,
            String newIssuer,
            Instant bundleAt,
            @Nullable Instant switchedAt,
            @Nullable Instant oldRevokedAt) {

        /** The same, moved on. */
        public Rotation at(Phase next, Instant now, boolean revokeOld) {
            boolean published = phase.trustsOld() != next.trustsOld() || phase.trustsNew() != next.trustsNew();
            boolean switched = phase.issuesFromNew() != next.issuesFromNew();
            return new Rotation(
                    id,
                    kind,
                    next,
                    startedAt,
                    now,
                    actor,
                    oldNumber,
                    newNumber,
                    oldRoot,
                    newRoot,
                    oldIssuer,
                    newIssuer,
                    published ? now : bundleAt,
                    switched ? now : switchedAt,
                    revokeOld ? now : oldRevokedAt);
        }
    }

    /** The one that is open, or else the last one. */
    public Future<Optional<Rotation>> latest() {
        return store.read(CaRotations::latest);
    }

    private static Optional<Rotation> latest(Handle handle) {
        return handle.createQuery("select * from ca_rotations order by new_generation desc limit 1")
                .map(CaRotations::rotation)
                .findOne();
    }

    /** All that ever were, the oldest first. */
    public Future<List<Rotation>> all() {
        return store.read(handle -> handle.createQuery("select * from ca_rotations order by new_generation")
                .map(CaRotations::rotation)
                .list());
    }

    /** @return whether it was kept; false: another one is open, or took the number meanwhile */
    public Future<Boolean> begin(Rotation rotation) {
        return store.write(handle -> {
            var last = latest(handle);
            if (last.isPresent() && (!last.get().phase().isOver() || last.get().newNumber() >= rotation.newNumber())) {
                return false;
            }
            insert(handle, rotation);
            return true;
        });
    }

    /** @return whether it was moved; false: it is not in that phase any more */
    public Future<Boolean> move(Phase from, Rotation to) {
        return store.write(handle -> handle.createUpdate("""
                                update ca_rotations set phase = :phase, since = :since, bundle_at = :bundleAt,
                                  switched_at = :switchedAt, old_revoked_at = :oldRevokedAt
                                where id = :id and phase = :from
                                """)
                        .bind("phase", to.phase().label())
                        .bind("since", to.since().toEpochMilli())
                        .bind("bundleAt", to.bundleAt().toEpochMilli())
                        .bind("switchedAt", millis(to.switchedAt()))
                        .bind("oldRevokedAt", millis(to.oldRevokedAt()))
                        .bind("id", to.id())
                        .bind("from", from.label())
                        .execute()
                > 0);
    }

    private static void insert(Handle handle, Rotation rotation) {
        handle.createUpdate("""
                        insert into ca_rotations (id, kind, phase, started_at, since, actor, old_generation, new_generation,
                          old_root, new_root, old_issuer, new_issuer, bundle_at)
                        values (:id, :kind, :phase, :startedAt, :since, :actor, :old, :new,
                          :oldRoot, :newRoot, :oldIssuer, :newIssuer, :bundleAt)
                        """)
                .bind("id", rotation.id())
                .bind("kind", rotation.kind().label())
                .bind("phase", rotation.phase().label())
                .bind("startedAt", rotation.startedAt().toEpochMilli())
                .bind("since", rotation.since().toEpochMilli())
                .bind("actor", rotation.actor())
                .bind("old", rotation.oldNumber())
                .bind("new", rotation.newNumber())
                .bind("oldRoot", rotation.oldRoot())
                .bind("newRoot", rotation.newRoot())
                .bind("oldIssuer", rotation.oldIssuer())
                .bind("newIssuer", rotation.newIssuer())
                .bind("bundleAt", rotation.bundleAt().toEpochMilli())
                .execute();
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : (Long) instant.toEpochMilli();
    }

    private static Rotation rotation(ResultSet row, StatementContext context) throws SQLException {
        return new Rotation(
                row.getString("id"),
                Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                Phase.of(row.getString("phase")),
                Instant.ofEpochMilli(row.getLong("started_at")),
                Instant.ofEpochMilli(row.getLong("since")),
                row.getString("actor"),
                row.getInt("old_generation"),
                row.getInt("new_generation"),
                row.getString("old_root"),
                row.getString("new_root"),
                row.getString("old_issuer"),
                row.getString("new_issuer"),
                Instant.ofEpochMilli(row.getLong("bundle_at")),
                moment(row, "switched_at"),
                moment(row, "old_revoked_at"));
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }
}
