package io.lumia.store;

import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.ListCertificates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Finds serials by reading one index that holds all a search asks about, in the order in which the page wants them; rows are fetched for the
 * page alone. The SQL has only the conditions that the search needs, so that each form has a plan of its own.
 */
final class CertificateSearch {
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final ListCertificates wanted;

    CertificateSearch(ListCertificates wanted, Instant now) {
        this.wanted = wanted;
        contains(wanted.query().strip().replace(":", "").toLowerCase(Locale.ROOT));
        has(wanted.status(), now);
        var after = wanted.expiresAfter();
        if (after != null) {
            where("not_after >= :after", "after", after.toEpochMilli());
        }
        var before = wanted.expiresBefore();
        if (before != null) {
            where("not_after < :before", "before", before.toEpochMilli());
        }
    }

    /** Serials of the page, in its order. */
    List<String> page(Handle handle) {
        return bound(handle.createQuery(
                        "select serial from certificates " + filter() + order() + " limit :size offset :skipped"))
                .bind("size", wanted.size())
                .bind("skipped", (long) wanted.page() * wanted.size())
                .mapTo(String.class)
                .list();
    }

    /** Whether statistics know the total, which saves counting. */
    boolean isOfStatusAlone() {
        return wanted.query().isBlank() && wanted.expiresAfter() == null && wanted.expiresBefore() == null;
    }

    long total(Handle handle) {
        return bound(handle.createQuery("select count(*) from certificates " + filter()))
                .mapTo(Long.class)
                .one();
    }

    private void contains(String part) {
        if (!part.isEmpty()) {
            where("(instr(identity, :part) > 0 or instr(serial, :part) > 0)", "part", part);
        }
    }

    private void has(@org.jspecify.annotations.Nullable CertificateStatus status, Instant now) {
        if (status == null) {
            return;
        }
        // revoked wins over expired; notAfter itself is still valid (RFC 5280, 4.1.2.5)
        switch (status) {
            case REVOKED -> conditions.add("revoked_at is not null");
            case EXPIRED -> where("revoked_at is null and not_after < :now", "now", now.toEpochMilli());
            case ACTIVE -> where("revoked_at is null and not_after >= :now", "now", now.toEpochMilli());
        }
    }

    private void where(String condition, String name, Object value) {
        conditions.add(condition);
        values.put(name, value);
    }

    private String filter() {
        return conditions.isEmpty() ? "" : "where " + String.join(" and ", conditions);
    }

    private String order() {
        return wanted.sort() == CertificateOrder.EXPIRY
                ? " order by not_after, serial"
                : " order by issued_at desc, serial desc";
    }

    private <S extends SqlStatement<S>> S bound(S statement) {
        return statement.bindMap(values);
    }
}
