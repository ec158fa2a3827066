package io.lumia.store;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;

/** Why a whole transaction is lost, told by PostgreSQL's SQLSTATE (Appendix A of its manual). SQLite has none. */
enum Lost {
    /** Another node was in the way; the same work may succeed at once. */
    CONFLICT,
    /** The connection is gone or of no use. */
    CONNECTION;

    /** Serialization failure, deadlock. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01");
    /** Too many connections; idle in a transaction too long; shut down, crashed, starting up; a standby, which only reads. */
    private static final Set<String> OF_NO_USE = Set.of("53300", "25P03", "57P01", "57P02", "57P03", "25006");

    /** Empty: the statement failed, and the transaction goes on from its savepoint. */
    static Optional<Lost> of(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return Optional.of(CONNECTION);
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return of(sql.getSQLState());
            }
        }
        return Optional.empty();
    }

    private static Optional<Lost> of(String state) {
        if (CONFLICTS.contains(state)) {
            return Optional.of(CONFLICT);
        }
        return state.startsWith("08") || OF_NO_USE.contains(state) ? Optional.of(CONNECTION) : Optional.empty();
    }
}
