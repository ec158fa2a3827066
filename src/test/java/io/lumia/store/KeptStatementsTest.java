package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.Test;

class KeptStatementsTest {
    private final List<PreparedStatement> used = new ArrayList<>();

    @Test
    void prepares_the_same_sql_once_however_its_parameters_change() {
        try (var handle = open()) {
            handle.execute("create table t (id integer primary key, name text)");
            used.clear();
            for (int id = 0; id < 3; id++) {
                assertThat(insert(handle, id)).isEqualTo(1);
            }
            assertThat(distinct()).hasSize(1);
            assertThat(names(handle)).containsExactly("name 0", "name 1", "name 2");
        }
    }

    @Test
    void runs_the_same_sql_inside_itself() {
        try (var handle = open()) {
            handle.execute("create table t (id integer primary key, name text)");
            assertThat(insert(handle, 1) + insert(handle, 2)).isEqualTo(2);
            var nested = handle.createQuery("select id from t order by id")
                    .map((row, context) -> handle.createQuery("select id from t order by id")
                            .mapTo(Integer.class)
                            .list())
                    .list();
            assertThat(nested).containsExactly(List.of(1, 2), List.of(1, 2));
        }
    }

    private static int insert(Handle handle, int id) {
        return handle.createUpdate("insert into t (id, name) values (:id, :name)")
                .bind("id", id)
                .bind("name", "name " + id)
                .execute();
    }

    private static List<String> names(Handle handle) {
        return handle.createQuery("select name from t order by id")
                .mapTo(String.class)
                .list();
    }

    private IdentityHashMap<PreparedStatement, Boolean> distinct() {
        var distinct = new IdentityHashMap<PreparedStatement, Boolean>();
        used.forEach(statement -> distinct.put(statement, true));
        return distinct;
    }

    private Handle open() {
        var jdbi = Jdbi.create(() -> DriverManager.getConnection("jdbc:sqlite::memory:"));
        jdbi.setStatementBuilderFactory(connection -> new KeptStatements());
        jdbi.setSqlLogger(new SqlLogger() {
            @Override
            public void logAfterExecution(StatementContext context) {
                used.add(context.getStatement());
            }
        });
        return jdbi.open();
    }
}
