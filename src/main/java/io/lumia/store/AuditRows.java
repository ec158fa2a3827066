package io.lumia.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.SearchAudit;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** The SQL of {@link AuditIndex}. Times are microseconds since 1970. */
final class AuditRows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> DETAILS = new TypeReference<>() {};
    /** Details that name what an act is about, beside its object. */
    private static final List<String> NAMING = List.of("identity", "serial", "device", "order", "account");

    /** How far a line may stand from where its time belongs. */
    private static final Duration OUT_OF_ORDER = Duration.ofMinutes(5);

    private static final List<String> SEARCHED =
            List.of("object", "actor", "action", "details", "address", "correlation", "outcome");
    private static final String COLUMNS =
            "select a.sequence, a.at, a.actor, a.action, a.object, a.outcome, a.address, a.correlation, a.details";

    private AuditRows() {}

    static void insert(Handle handle, List<AuditEntry> entries) {
        try (var acts = handle.getConnection()
                        .prepareStatement("insert or replace into acts values (?, ?, ?, ?, ?, ?, ?, ?, ?)");
                var subjects =
                        handle.getConnection().prepareStatement("insert or ignore into subjects values (?, ?)")) {
            for (AuditEntry entry : entries) {
                var act = entry.act();
                acts.setLong(1, entry.sequence());
                acts.setLong(2, micros(act.at()));
                acts.setString(3, act.actor());
                acts.setString(4, act.action());
                acts.setString(5, act.object());
                acts.setString(6, act.outcome());
                acts.setString(7, act.address());
                acts.setString(8, act.correlation());
                acts.setString(9, details(act));
                acts.addBatch();
                for (String subject : subjects(act)) {
                    subjects.setString(1, subject);
                    subjects.setLong(2, entry.sequence());
                    subjects.addBatch();
                }
            }
            int rows = acts.executeBatch().length + subjects.executeBatch().length;
            assert rows >= entries.size();
        } catch (SQLException broken) {
            throw new UnableToExecuteStatementException("acts cannot be added to the index", broken, null);
        }
    }

    /** What an act is found by: its object, what its details name, and who did it, without the kind of actor. */
    private static Set<String> subjects(Audited act) {
        var subjects = new LinkedHashSet<String>();
        subjects.add(act.object());
        NAMING.forEach(name -> subjects.add(act.details().getOrDefault(name, act.object())));
        subjects.add(act.actor().substring(act.actor().lastIndexOf(' ') + 1));
        return subjects;
    }

    static boolean delete(Handle handle, long through, int most) {
        var values = Map.<String, Object>of("through", through, "most", most);
        var gone =
                rows(handle, COLUMNS + " from acts a where sequence <= :through order by sequence limit :most", values);
        try (var acts = handle.getConnection().prepareStatement("delete from acts where sequence = ?");
                var subjects = handle.getConnection()
                        .prepareStatement("delete from subjects where subject = ? and sequence = ?")) {
            for (AuditEntry entry : gone) {
                acts.setLong(1, entry.sequence());
                acts.addBatch();
                for (String subject : subjects(entry.act())) {
                    subjects.setString(1, subject);
                    subjects.setLong(2, entry.sequence());
                    subjects.addBatch();
                }
            }
            int rows = acts.executeBatch().length + subjects.executeBatch().length;
            assert rows >= gone.size();
        } catch (SQLException broken) {
            throw new UnableToExecuteStatementException("acts cannot be removed from the index", broken, null);
        }
        return gone.size() == most;
    }

    static List<AuditEntry> search(Handle handle, SearchAudit asked) {
        // an object is a subject too, and of subjects there is an index in the order of their numbers
        var subject = asked.subject() == null ? asked.object() : asked.subject();
        var order = subject == null ? "a" : "s";
        var where = new ArrayList<String>();
        var values = new LinkedHashMap<String, Object>();
        equal(where, values, "s.subject", "subject", subject);
        equal(where, values, "a.actor", "actor", asked.actor());
        equal(where, values, "+a.object", "object", asked.object());
        equal(where, values, "a.outcome", "outcome", asked.outcome());
        equal(where, values, "a.correlation", "correlation", asked.correlation());
        action(where, values, asked.action());
        moments(handle, where, values, order, asked);
        text(where, values, asked.query());
        values.put("size", asked.size() + 1);
        values.put("skip", asked.after().skip());
        var sql = COLUMNS
                + (subject == null ? " from acts a" : " from subjects s cross join acts a on a.sequence = s.sequence")
                + (where.isEmpty() ? "" : " where " + String.join(" and ", where))
                + " order by " + order + ".sequence desc limit :size offset :skip";
        return rows(handle, sql, values);
    }

    private static void equal(
            List<String> where, Map<String, Object> values, String column, String name, @Nullable String wanted) {
        if (wanted != null) {
            where.add(column + " = :" + name);
            values.put(name, wanted);
        }
    }

    private static void action(List<String> where, Map<String, Object> values, @Nullable String action) {
        if (action != null && action.endsWith(".")) {
            // from the newest until the page is full: acts of one kind are many, and would have to be sorted
            where.add("+a.action >= :action and +a.action < :beyond");
            values.put("action", action);
            values.put("beyond", action.substring(0, action.length() - 1) + "/");
        } else {
            equal(where, values, "a.action", "action", action);
        }
    }

    /** Numbers follow time nearly, and rows lie in the order of numbers. */
    private static void moments(
            Handle handle, List<String> where, Map<String, Object> values, String order, SearchAudit asked) {
        if (asked.from() != null) {
            where.add(order + ".sequence >= :first and a.at >= :from");
            values.put("first", firstSince(handle, asked.from().minus(OUT_OF_ORDER)));
            values.put("from", micros(asked.from()));
        }
        if (asked.to() != null) {
            where.add(order + ".sequence <= :last and a.at < :to");
            values.put("last", firstSince(handle, asked.to().plus(OUT_OF_ORDER)));
            values.put("to", micros(asked.to()));
        }
        if (asked.after().before() != null) {
            where.add(order + ".sequence < :before");
            values.put("before", asked.after().before());
        }
    }

    /** The first act that is not older, by halving. */
    private static long firstSince(Handle handle, Instant at) {
        long low = bound(handle, "select coalesce(min(sequence), 0) from acts");
        long high = bound(handle, "select coalesce(max(sequence), 0) from acts");
        while (low < high) {
            long middle = Math.floorDiv(low + high, 2L);
            var found = handle.createQuery(
                            "select sequence, at from acts where sequence >= :middle order by sequence limit 1")
                    .bind("middle", middle)
                    .map((row, context) -> new long[] {row.getLong(1), row.getLong(2)})
                    .one();
            if (found[1] >= micros(at)) {
                high = middle;
            } else {
                low = found[0] + 1;
            }
        }
        return low;
    }

    private static long bound(Handle handle, String sql) {
        return handle.createQuery(sql).mapTo(Long.class).one();
    }

    private static void text(List<String> where, Map<String, Object> values, @Nullable String query) {
        if (query != null && !query.isBlank()) {
            where.add(SEARCHED.stream()
                    .map(column -> "a." + column + " like :part escape '!'")
                    .collect(Collectors.joining(" or ", "(", ")")));
            values.put("part", Like.containing(query.strip()));
        }
    }

    private static List<AuditEntry> rows(Handle handle, String sql, Map<String, Object> values) {
        return handle.createQuery(sql)
                .bindMap(values)
                .map((row, context) -> new AuditEntry(row.getLong(1), act(row)))
                .list();
    }

    private static Audited act(ResultSet row) throws SQLException {
        return new Audited(
                Instant.EPOCH.plus(row.getLong(2), ChronoUnit.MICROS),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                details(row.getString(9)),
                row.getString(7),
                row.getString(8));
    }

    private static String details(Audited act) {
        try {
            return JSON.writeValueAsString(act.details());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts cannot be written as JSON", impossible);
        }
    }

    private static Map<String, String> details(String json) {
        try {
            return JSON.readValue(json, DETAILS);
        } catch (JsonProcessingException changed) {
            return Map.of("unreadable", json);
        }
    }

    /** Of any moment, those too far away for it included: {@code ChronoUnit.MICROS.between} counts from 1677 to 2262 alone. */
    private static long micros(Instant at) {
        long whole = TimeUnit.SECONDS.toMicros(at.getEpochSecond());
        long part = TimeUnit.NANOSECONDS.toMicros(at.getNano());
        return whole > Long.MAX_VALUE - part ? Long.MAX_VALUE : whole + part;
    }
}
