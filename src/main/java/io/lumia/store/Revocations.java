package io.lumia.store;

import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Every revocation, also of serials that the certificates lack; table {@code revocations}. */
public final class Revocations {
    private final Store store;

    Revocations(Store store) {
        this.store = store;
    }

    /** What is known of a serial's status. */
    public sealed interface Status {
        record Revoked(RevokedCertificate revocation) implements Status {}

        /** Issued and not revoked. */
        record Issued() implements Status {}

        record Unknown() implements Status {}
    }

    /**
     * Keeps a revocation; the first one of a serial stays. To be called in {@link Store#write}.
     *
     * @return whether this call did it
     */
    public boolean insert(Handle handle, RevokedCertificate revoked) {
        return handle.createUpdate("""
                                insert into revocations (serial, revoked_at, reason, not_after)
                                values (:serial, :revokedAt, :reason, :notAfter) on conflict (serial) do nothing
                                """)
                        .bind("serial", revoked.serial().toString())
                        .bind("revokedAt", revoked.revokedAt().toEpochMilli())
                        .bind("reason", revoked.reason().label())
                        .bind("notAfter", revoked.notAfter().toEpochMilli())
                        .execute()
                > 0;
    }

    /** All of them: 100,000 take about 0.2 s. */
    public Future<List<RevokedCertificate>> all() {
        return store.read(handle -> handle.createQuery("select * from revocations")
                .map(Revocations::revocation)
                .list());
    }

    /**
     * What other nodes revoked.
     *
     * @param next where to go on from
     */
    public record Since(List<Told> told, long next) {}

    /**
     * A revocation as the table has it.
     *
     * @param identity empty when the certificate is not known
     * @param writtenBy the transaction
     */
    public record Told(RevokedCertificate revoked, String identity, long writtenBy) {}

    /**
     * What was revoked by transactions that had not ended when {@code from} was told, and later ones; some of them may have been told before. Only in
     * a shared database.
     *
     * @param from 0: all
     */
    public Future<Since> since(long from) {
        return store.read(handle -> {
            // first: whatever ends between the two statements is told twice rather than never
            long next = handle.createQuery("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
                    .mapTo(Long.class)
                    .one();
            var told = handle.createQuery("""
                            select r.*, c.identity from revocations r left join certificates c on c.serial = r.serial
                            where r.written_by >= :from
                            """)
                    .bind("from", from)
                    .map((row, context) -> new Told(
                            revocation(row, context),
                            Objects.requireNonNullElse(row.getString("identity"), ""),
                            row.getLong("written_by")))
                    .list();
            return new Since(told, next);
        });
    }

    /** Of each of the serials, all at one moment. */
    public Future<Map<SerialNumber, Status>> statuses(Collection<SerialNumber> serials) {
        return store.read(handle -> {
            var statuses = new HashMap<SerialNumber, Status>();
            serials.forEach(serial -> statuses.put(serial, status(handle, serial)));
            return statuses;
        });
    }

    private static Status status(Handle handle, SerialNumber serial) {
        Optional<Status> revoked = handle.createQuery("select * from revocations where serial = :serial")
                .bind("serial", serial.toString())
                .map(Revocations::revocation)
                .findOne()
                .map(Status.Revoked::new);
        return revoked.orElseGet(() -> issued(handle, serial) ? new Status.Issued() : new Status.Unknown());
    }

    private static boolean issued(Handle handle, SerialNumber serial) {
        return handle.createQuery("select exists (select 1 from certificates where serial = :serial)")
                .bind("serial", serial.toString())
                .mapTo(Boolean.class)
                .one();
    }

    private static RevokedCertificate revocation(ResultSet row, StatementContext context) throws SQLException {
        return new RevokedCertificate(
                SerialNumber.parse(row.getString("serial")),
                Instant.ofEpochMilli(row.getLong("revoked_at")),
                RevocationReason.of(row.getString("reason")),
                Instant.ofEpochMilli(row.getLong("not_after")));
    }
}
