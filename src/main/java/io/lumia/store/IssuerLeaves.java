package io.lumia.store;

import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Live certificates of one issuer whose holder has none of another yet. The first issuer's name is empty here, as certificates from before there was
 * a second one do not tell it.
 */
public final class IssuerLeaves {
    /** Who holds a certificate of another issuer is looked up once, not for each certificate: a thousand of them took two seconds. */
    private static final String OTHERS = """
            with others as (
              select identity, profile, max(issued_at) as newest from certificates
              where coalesce(issuer, '') <> :issuer and revoked_at is null group by identity, profile),
            holders as (select identity, max(newest) as newest from others group by identity)
            """;

    private static final String LIVE = """
            from certificates c
              left join others o on o.identity = c.identity and o.profile = c.profile
              left join holders h on h.identity = c.identity
            where c.not_after > :now and c.issued_at < :before and c.revoked_at is null and coalesce(c.issuer, '') = :issuer
              and coalesce(case when c.profile = 'bootstrap' then h.newest else o.newest end, -1) < c.issued_at
            """;

    private final Store store;

    IssuerLeaves(Store store) {
        this.store = store;
    }

    /** @param before certificates from then on are of another issuer */
    public Future<Long> count(String issuer, Instant before, Instant now) {
        return store.read(handle -> live(handle, OTHERS + "select count(*) " + LIVE, issuer, before, now)
                .mapTo(Long.class)
                .one());
    }

    /** Whose they are; those that end last come first, since the others go away by themselves. */
    public Future<List<Straggler>> first(String issuer, Instant before, Instant now, int most) {
        return store.read(handle -> live(
                        handle,
                        OTHERS + "select c.serial, c.identity, c.device, c.profile, c.issued_at, c.not_after " + LIVE
                                + " order by c.not_after desc, c.serial limit :most",
                        issuer,
                        before,
                        now)
                .bind("most", most)
                .map(IssuerLeaves::straggler)
                .list());
    }

    /** Serials of all revoked certificates of an issuer other than the first, which have not ended. */
    public Future<Set<String>> revoked(String issuer, Instant now) {
        return store.read(handle -> new HashSet<>(handle.createQuery(
                        "select serial from certificates where revoked_at is not null and issuer = :issuer and not_after > :now")
                .bind("issuer", issuer)
                .bind("now", now.toEpochMilli())
                .mapTo(String.class)
                .list()));
    }

    private static Query live(Handle handle, String sql, String issuer, Instant before, Instant now) {
        return handle.createQuery(sql)
                .bind("now", now.toEpochMilli())
                .bind("before", before.toEpochMilli())
                .bind("issuer", issuer);
    }

    private static Straggler straggler(ResultSet row, StatementContext context) throws SQLException {
        var device = row.getString("device");
        return new Straggler(
                device == null ? TrustHolder.SERVICE : TrustHolder.DEVICE,
                device == null ? row.getString("identity") : device,
                Instant.ofEpochMilli(row.getLong("issued_at")),
                "has no certificate of the other issuer yet: " + row.getString("profile") + " "
                        + row.getString("serial") + " ends at " + Instant.ofEpochMilli(row.getLong("not_after")));
    }
}
