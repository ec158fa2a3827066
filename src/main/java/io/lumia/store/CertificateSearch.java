package io.lumia.store;

import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.ListCertificates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Finds serials by reading one index that holds all a search asks about, in the order in which the page wants them; rows are fetched for the
 * page alone. The SQL has only the conditions that the search needs, so that each form has a plan of its own. How many there are is known from
 * counters, unless a text is looked for: that costs a look at each, so it ends after the first {@link #MOST_SEARCHED}.
 */
final class CertificateSearch {
    /** A scan of so many takes 25 to 50 ms. */
    static final int MOST_SEARCHED = 100_000;
    /** Up to so many are found by expiry and sorted by issuance; among more of them the index of issuance is read until the page is full. */
    private static final int MOST_SORTED = 50_000;
    /** Beyond those that are searched: as many that begin with the text. */
    private static final int MOST_BEYOND = 1000;

    private static final Pattern PART_OF_SERIAL = Pattern.compile("[0-9a-f]+");

    private final Handle handle;
    private final ListCertificates wanted;
    private final Instant now;
    private final String part;
    private final Sort sort;
    /** How many there are, whatever the text. */
    private final long candidates;

    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> values = new LinkedHashMap<>();

    /** @param complete false: only the first ones were searched, see {@link #MOST_SEARCHED} */
    record Found(List<String> serials, long total, boolean complete) {}

    /** Where a certificate stands in the order. */
    private record Place(long moment, String serial) {}

    private enum Sort {
        ISSUED("issued_at", " desc", ">=", "<"),
        EXPIRY("not_after", "", "<=", ">");

        final String column;
        final String direction;
        final String upTo;
        final String beyond;

        Sort(String column, String direction, String upTo, String beyond) {
            this.column = column;
            this.direction = direction;
            this.upTo = upTo;
            this.beyond = beyond;
        }

        String order() {
            return " order by " + column + direction + ", serial" + direction + " limit :size offset :skipped";
        }

        String backwards() {
            var turned = direction.isEmpty() ? " desc" : "";
            return " order by " + column + turned + ", serial" + turned + " limit :size offset :skipped";
        }
    }

    CertificateSearch(Handle handle, ListCertificates wanted, Instant now) {
        this.handle = handle;
        this.wanted = wanted;
        this.now = now;
        part = wanted.query().strip().replace(":", "").toLowerCase(Locale.ROOT);
        sort = wanted.sort() == CertificateOrder.EXPIRY ? Sort.EXPIRY : Sort.ISSUED;
        candidates = new CertificateStatistics(handle, now)
                .count(wanted.status(), wanted.expiresAfter(), wanted.expiresBefore());
        has(wanted.status());
        ends(">=", "after", wanted.expiresAfter());
        ends("<", "before", wanted.expiresBefore());
    }

    Found run() {
        if (part.isEmpty()) {
            return new Found(nearer(candidates), candidates, true);
        }
        return candidates > MOST_SEARCHED && endsAtLast() ? containingUpToLast() : containing();
    }

    /** The page, read from the end to which it is nearer: skipping costs as much as reading. */
    private List<String> nearer(long total) {
        long left = total - skipped();
        if (left <= 0) {
            return List.of();
        }
        if (skipped() <= total / 2) {
            return page(sort.order(), wanted.size(), skipped());
        }
        long size = Math.min(wanted.size(), left);
        var found = new ArrayList<>(page(sort.backwards(), size, left - size));
        Collections.reverse(found);
        return found;
    }

    private Found containing() {
        contains();
        var serials = page(sort.order(), wanted.size(), skipped());
        boolean last = serials.size() < wanted.size() && (!serials.isEmpty() || wanted.page() == 0);
        return new Found(serials, last ? skipped() + serials.size() : counted(), true);
    }

    /** What lies beyond comes after all that was searched, so it fills the page up. */
    private Found containingUpToLast() {
        var beyond = beyond();
        conditions.add("(" + sort.column + ", serial) " + sort.upTo + " (:moment, :last)");
        var near = containing();
        var serials = new ArrayList<>(near.serials);
        beyond.stream()
                .skip(Math.max(0, skipped() - near.total))
                .limit(wanted.size() - serials.size())
                .forEach(serials::add);
        return new Found(serials, near.total + beyond.size(), false);
    }

    /** Finds where the search ends, if it does; it begins at the first candidate, so that what stands before that is passed over once. */
    private boolean endsAtLast() {
        var first = place(0);
        if (first == null) {
            return false;
        }
        values.put("first", first.moment);
        conditions.add(sort.column + (sort == Sort.ISSUED ? " <= " : " >= ") + ":first");
        var last = place(MOST_SEARCHED - 1);
        if (last != null) {
            values.put("moment", last.moment);
            values.put("last", last.serial);
        }
        return last != null;
    }

    private @Nullable Place place(long skipped) {
        return query("select " + sort.column + " as moment, serial from certificates " + filter() + sort.order())
                .bind("size", 1)
                .bind("skipped", skipped)
                .map((row, context) -> new Place(row.getLong("moment"), row.getString("serial")))
                .findOne()
                .orElse(null);
    }

    private List<String> beyond() {
        var further = new ArrayList<>(conditions);
        further.add("(" + sort.column + ", serial) " + sort.beyond + " (:moment, :last)");
        further.add("""
                serial in (
                  select serial from (select serial from certificates where identity >= :part and identity < :end limit :most) named
                  union select serial from (select serial from certificates where serial >= :part and serial < :end limit :most) numbered)
                """);
        return query("select serial from certificates where " + String.join(" and ", further) + " order by "
                        + sort.column + sort.direction + ", serial" + sort.direction)
                .bind("part", part)
                .bind("end", part + Character.MAX_VALUE)
                .bind("most", MOST_BEYOND)
                .mapTo(String.class)
                .list();
    }

    private List<String> page(String order, long size, long skipped) {
        return query("select serial from certificates " + filter() + order)
                .bind("size", size)
                .bind("skipped", skipped)
                .mapTo(String.class)
                .list();
    }

    private long counted() {
        return query("select count(*) from certificates " + filter())
                .mapTo(Long.class)
                .one();
    }

    private void contains() {
        values.put("part", part);
        conditions.add(
                PART_OF_SERIAL.matcher(part).matches()
                        ? "(instr(identity, :part) > 0 or instr(serial, :part) > 0)"
                        : "instr(identity, :part) > 0");
    }

    private void has(@Nullable CertificateStatus status) {
        if (status == null) {
            return;
        }
        // revoked wins over expired; notAfter itself is still valid (RFC 5280, 4.1.2.5)
        switch (status) {
            // the index of the revoked ones is in the order of issuance
            case REVOKED -> conditions.add(sort == Sort.ISSUED ? "revoked_at is not null" : "+revoked_at is not null");
            case EXPIRED -> {
                conditions.add("revoked_at is null");
                // passes over those that are too young to have ended, in the order of issuance
                conditions.add("issued_at <= :youngest");
                values.put("youngest", new CertificateStatistics(handle, now).youngestExpired());
                ends("<", "now", now);
            }
            case ACTIVE -> {
                conditions.add("revoked_at is null");
                ends(">=", "now", now);
            }
        }
    }

    private void ends(String comparison, String name, @Nullable Instant moment) {
        if (moment != null) {
            // with the sign the index of expiry is not taken for it
            boolean sortable = sort == Sort.EXPIRY || candidates <= MOST_SORTED;
            conditions.add((sortable ? "not_after " : "+not_after ") + comparison + " :" + name);
            values.put(name, moment.toEpochMilli());
        }
    }

    private String filter() {
        return conditions.isEmpty() ? "" : "where " + String.join(" and ", conditions);
    }

    private long skipped() {
        return (long) wanted.page() * wanted.size();
    }

    private Query query(String sql) {
        return handle.createQuery(sql).bindMap(values);
    }
}
