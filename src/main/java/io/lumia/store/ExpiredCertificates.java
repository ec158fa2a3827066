package io.lumia.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Deletes certificates that ended long enough ago. A revoked one stays until a CRL after its expiry has listed it (RFC 5280, 3.3), the newest
 * one of a claimed name as long as the claim. Goes once over the index of expiry, so that those that stay are looked at once in a purge.
 */
final class ExpiredCertificates {
    /** As metrics name it. */
    static final String LABEL = "certificates";

    /** Longer than any CRL is kept before the next one. */
    static final Duration REVOKED_AT_LEAST = Duration.ofDays(7);

    private ExpiredCertificates() {}

    /** Where the next batch begins. */
    record Cursor(long notAfter, String serial) {
        static final Cursor START = new Cursor(Long.MIN_VALUE, "");
    }

    /** @param next null: there are no more */
    record Batch(int deleted, @Nullable Cursor next) {}

    private record Candidate(Cursor at, boolean stays) {}

    static Batch delete(Handle handle, Cursor from, Duration kept, Instant now) {
        var revokedKept = kept.compareTo(REVOKED_AT_LEAST) < 0 ? REVOKED_AT_LEAST : kept;
        var candidates = handle.createQuery("""
                        select c.serial, c.not_after, (c.revoked_at is not null and c.not_after >= :revoked) or exists (
                            select 1 from claims k where k.name = c.device and k.newest_serial = c.serial) as stays
                        from certificates c
                        where (c.not_after, c.serial) > (:notAfter, :serial) and c.not_after < :end
                        order by c.not_after, c.serial limit :most
                        """)
                .bind("revoked", now.minus(revokedKept).toEpochMilli())
                .bind("notAfter", from.notAfter())
                .bind("serial", from.serial())
                .bind("end", now.minus(kept).toEpochMilli())
                .bind("most", Purge.MOST_AT_ONCE)
                .map((row, context) -> new Candidate(
                        new Cursor(row.getLong("not_after"), row.getString("serial")), row.getBoolean("stays")))
                .list();
        var over = candidates.stream().filter(candidate -> !candidate.stays).toList();
        int deleted = 0;
        if (!over.isEmpty()) {
            var deletion = handle.prepareBatch("delete from certificates where serial = :serial");
            over.forEach(
                    candidate -> deletion.bind("serial", candidate.at.serial()).add());
            deleted = Arrays.stream(deletion.execute()).sum();
        }
        return new Batch(
                deleted, candidates.size() < Purge.MOST_AT_ONCE ? null : candidates.get(candidates.size() - 1).at);
    }
}
