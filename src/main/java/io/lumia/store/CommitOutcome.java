package io.lumia.store;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What became of a transaction whose connection broke in the middle of its commit: PostgreSQL remembers it by number, as long as no standby took
 * over, which would give the number to another transaction.
 *
 * @param timeline changes when a standby takes over
 */
record CommitOutcome(String transaction, String timeline) {
    private static final String TIMELINE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

    /** An operator may want more than a sync, as that of a standby; less than one is not what was answered. */
    private static final String AS_STRICT_AS_SET =
            "coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on')";

    /** To be called in the transaction; {@code synced} says whether its commit is on disk when it is answered. */
    static CommitOutcome watch(Handle handle, boolean synced) {
        return handle.createQuery("select pg_current_xact_id()::text as transaction, " + TIMELINE
                        + " as timeline, set_config('synchronous_commit', "
                        + (synced ? AS_STRICT_AS_SET : "'off'") + ", true)")
                .map((row, context) -> new CommitOutcome(row.getString("transaction"), row.getString("timeline")))
                .one();
    }

    /** Asks on another connection. Empty: it is not known; it may still be going on. */
    Optional<Boolean> isCommitted(Jdbi jdbi) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select pg_xact_status(cast(:transaction as xid8)) as status, " + TIMELINE + " as timeline")
                .bind("transaction", transaction)
                .map((row, context) -> timeline.equals(row.getString("timeline")) ? row.getString("status") : "")
                .findOne()
                .flatMap(CommitOutcome::decided));
    }

    private static Optional<Boolean> decided(String status) {
        return switch (status) {
            case "committed" -> Optional.of(true);
            case "aborted" -> Optional.of(false);
            default -> Optional.empty();
        };
    }
}
