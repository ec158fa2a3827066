package io.lumia.store;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The prepared statements of one connection, kept for the next use: to prepare one costs SQLite more than to run it. One that is in use is not
 * among them, so the same SQL may run inside itself. For one thread at a time.
 */
final class KeptStatements implements StatementBuilder {
    private static final int MOST = 64;

    private final Map<String, PreparedStatement> idle = new LinkedHashMap<>(16, 0.75f, true);
    /** With the SQL that was prepared: to {@code close} jdbi gives the one with names in it. */
    private final IdentityHashMap<Statement, String> inUse = new IdentityHashMap<>();

    @Override
    public PreparedStatement create(Connection connection, String sql, StatementContext context) throws SQLException {
        var kept = idle.remove(sql);
        var statement = kept == null ? connection.prepareStatement(sql) : kept;
        inUse.put(statement, sql);
        return statement;
    }

    @Override
    public void close(Connection connection, String named, Statement statement) throws SQLException {
        var sql = inUse.remove(statement);
        if (sql == null || !(statement instanceof PreparedStatement prepared) || idle.containsKey(sql)) {
            statement.close();
            return;
        }
        prepared.clearParameters();
        idle.put(sql, prepared);
        if (idle.size() > MOST) {
            var oldest = idle.entrySet().iterator();
            var given = oldest.next().getValue();
            oldest.remove();
            given.close();
        }
    }

    /** The connection is about to close, and its statements with it. */
    @Override
    public void close(Connection connection) {
        idle.clear();
        inUse.clear();
    }

    @Override
    public Statement create(Connection connection, StatementContext context) throws SQLException {
        return connection.createStatement();
    }

    @Override
    public CallableStatement createCall(Connection connection, String sql, StatementContext context)
            throws SQLException {
        return connection.prepareCall(sql);
    }
}
