package io.lumia.store;

import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Every certificate the authority issued; table {@code certificates}. */
public final class Certificates {
    private static final List<Duration> HORIZONS = List.of(
            Duration.ofHours(1), Duration.ofHours(8), Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));

    /** Status as SQL: revoked wins over expired; notAfter itself is still valid (RFC 5280, 4.1.2.5). */
    private static final String STATUS = """
            case when revoked_at is not null then 'REVOKED' when not_after < :now then 'EXPIRED' else 'ACTIVE' end
            """;

    private static final String MATCHING = """
            from certificates
            where (:query = '' or identity like :pattern escape '!' or serial like :pattern escape '!')
            and (:status = '' or :status =
            """ + STATUS + ") ";

    private final Store store;

    Certificates(Store store) {
        this.store = store;
    }

    /** Keeps a new certificate; a serial that is there already is refused by the primary key. To be called in {@link Store#write}. */
    public void insert(Handle handle, CertificateRecord certificate) {
        var device = certificate.device();
        var validity = certificate.validity();
        handle.createUpdate("""
                        insert into certificates (serial, profile, identity, names, device, issued_at, not_before, not_after,
                          requester, via, certificate, provisioner)
                        values (:serial, :profile, :identity, :names, :device, :issuedAt, :notBefore, :notAfter,
                          :requester, :via, :certificate, :provisioner)
                        """)
                .bind("serial", certificate.serial().toString())
                .bind("profile", certificate.profile().label())
                .bind("identity", certificate.identity())
                .bind("names", String.join(" ", certificate.names()))
                .bind("device", device == null ? null : device.value())
                .bind("issuedAt", certificate.issuedAt().toEpochMilli())
                .bind("notBefore", validity.notBefore().toEpochMilli())
                .bind("notAfter", validity.notAfter().toEpochMilli())
                .bind("requester", certificate.requester())
                .bind("via", certificate.via())
                .bind("certificate", certificate.certificate())
                .bind("provisioner", certificate.provisioner())
                .execute();
    }

    public Future<Optional<CertificateRecord>> find(SerialNumber serial, Instant now) {
        return store.read(handle -> find(handle, serial, now));
    }

    /** As the transaction sees it. */
    public Optional<CertificateRecord> find(Handle handle, SerialNumber serial, Instant now) {
        return handle.createQuery("select * from certificates where serial = :serial")
                .bind("serial", serial.toString())
                .map((row, context) -> certificate(row, now))
                .findOne();
    }

    /**
     * Marks as revoked, once and for good. To be called in {@link Store#write}.
     *
     * @return whether this call did it; false: unknown or revoked before
     */
    public boolean revoke(Handle handle, SerialNumber serial, RevocationReason reason, Instant now) {
        return handle.createUpdate("""
                                update certificates set revoked_at = :now, revocation_reason = :reason
                                where serial = :serial and revoked_at is null
                                """)
                        .bind("serial", serial.toString())
                        .bind("reason", reason.label())
                        .bind("now", now.toEpochMilli())
                        .execute()
                > 0;
    }

    /** Whether any certificate was ever issued from this database. */
    public Future<Boolean> any() {
        return store.read(handle -> handle.createQuery("select exists (select 1 from certificates)")
                .mapTo(Boolean.class)
                .one());
    }

    /** Newest first. */
    public Future<CertificatePage> list(ListCertificates wanted, Instant now) {
        return store.read(handle -> {
            var search = search(wanted, now);
            var found = handle.createQuery(
                            "select * " + MATCHING + "order by issued_at desc, serial limit :size offset :skipped")
                    .bindMap(search)
                    .bind("size", wanted.size())
                    .bind("skipped", (long) wanted.page() * wanted.size())
                    .map((row, context) -> certificate(row, now))
                    .list();
            var total = handle.createQuery("select count(*) " + MATCHING)
                    .bindMap(search)
                    .mapTo(Long.class)
                    .one();
            return new CertificatePage(found, total, wanted.page(), wanted.size());
        });
    }

    /** How many there are, by status and profile, and how soon the active ones expire. */
    public Future<CertificateCounts> count(Instant now) {
        return store.read(handle -> new CertificateCounts(
                byStatusAndProfile(handle, now), expiringWithin(handle, now), earliestExpiry(handle, now)));
    }

    /** Claimed devices whose newest certificate is active and past the latest moment that the renewal policy has for it. */
    public Future<Long> overdue(CountOverdue policy, Instant now) {
        var renewBefore = policy.renewBefore();
        return store.read(handle -> handle.createQuery("""
                        select count(*) from certificates c
                        where profile = 'device' and revoked_at is null and not_after >= :now
                        and not_after - case when :before > 0 and :before * 2 <= not_after - issued_at then :before
                          else (not_after - issued_at) * :share end < :now
                        and not exists (select 1 from certificates newer
                          where newer.device = c.device and newer.issued_at > c.issued_at and newer.profile = 'device')
                        and exists (select 1 from claims where name = c.device)
                        """)
                .bind("now", now.toEpochMilli())
                .bind("before", renewBefore == null ? 0 : renewBefore.toMillis())
                .bind("share", policy.remainingLifetime())
                .mapTo(Long.class)
                .one());
    }

    /**
     * Certificates that will be renewed and were issued in the same minute until the same minute.
     *
     * @param issuedAt begin of that minute
     * @param notAfter begin of that minute
     */
    public record Alike(Instant issuedAt, Instant notAfter, long certificates) {}

    /** What is valid and was not replaced yet, by lifetime. Reads every valid certificate. */
    public Future<List<Alike>> renewable(Instant now) {
        return store.read(handle -> handle.createQuery("""
                        select issued_at / 60000 as issued, not_after / 60000 as ends, count(*) as number
                        from certificates c
                        where profile in ('device', 'server') and revoked_at is null and not_after >= :now
                        and not exists (select 1 from certificates newer
                          where newer.identity = c.identity and newer.profile = c.profile and newer.issued_at > c.issued_at)
                        group by 1, 2
                        """)
                .bind("now", now.toEpochMilli())
                .map((row, context) -> new Alike(
                        Instant.ofEpochSecond(row.getLong("issued") * 60),
                        Instant.ofEpochSecond(row.getLong("ends") * 60),
                        row.getLong("number")))
                .list());
    }

    private static Map<String, Object> search(ListCertificates wanted, Instant now) {
        var query = wanted.query().strip().replace(":", "");
        var status = wanted.status();
        return Map.of(
                "query",
                query,
                "pattern",
                Like.containing(query),
                "status",
                status == null ? "" : status.name(),
                "now",
                now.toEpochMilli());
    }

    private static Map<CertificateStatus, Map<Profile, Long>> byStatusAndProfile(Handle handle, Instant now) {
        var counts = new EnumMap<CertificateStatus, Map<Profile, Long>>(CertificateStatus.class);
        handle.createQuery(
                        "select " + STATUS + " as status, profile, count(*) as number from certificates group by 1, 2")
                .bind("now", now.toEpochMilli())
                .map((row, context) -> Map.of(
                        CertificateStatus.valueOf(row.getString("status")),
                        Map.of(Profile.of(row.getString("profile")), row.getLong("number"))))
                .forEach(row -> row.forEach(
                        (status, number) -> counts.computeIfAbsent(status, none -> new EnumMap<>(Profile.class))
                                .putAll(number)));
        return counts;
    }

    private static Map<Duration, Long> expiringWithin(Handle handle, Instant now) {
        var counts = new LinkedHashMap<Duration, Long>();
        for (Duration horizon : HORIZONS) {
            counts.put(
                    horizon,
                    handle.createQuery("""
                                    select count(*) from certificates
                                    where revoked_at is null and not_after >= :now and not_after <= :horizon
                                    """)
                            .bind("now", now.toEpochMilli())
                            .bind("horizon", now.plus(horizon).toEpochMilli())
                            .mapTo(Long.class)
                            .one());
        }
        return counts;
    }

    private static Map<Profile, Instant> earliestExpiry(Handle handle, Instant now) {
        var earliest = new EnumMap<Profile, Instant>(Profile.class);
        handle.createQuery("""
                        select profile, min(not_after) as soonest from certificates
                        where revoked_at is null and not_after >= :now group by profile
                        """)
                .bind("now", now.toEpochMilli())
                .map((row, context) ->
                        Map.of(Profile.of(row.getString("profile")), Instant.ofEpochMilli(row.getLong("soonest"))))
                .forEach(earliest::putAll);
        return earliest;
    }

    private static CertificateRecord certificate(ResultSet row, Instant now) throws SQLException {
        var device = row.getString("device");
        var names = row.getString("names");
        var validity = new Validity(
                Instant.ofEpochMilli(row.getLong("not_before")), Instant.ofEpochMilli(row.getLong("not_after")));
        var reason = row.getString("revocation_reason");
        return new CertificateRecord(
                SerialNumber.parse(row.getString("serial")),
                Profile.of(row.getString("profile")),
                row.getString("identity"),
                names.isEmpty() ? List.of() : List.of(names.split(" ")),
                device == null ? null : new DeviceName(device),
                Instant.ofEpochMilli(row.getLong("issued_at")),
                validity,
                status(validity, reason != null, now),
                row.getString("requester"),
                row.getString("via"),
                row.getString("certificate"),
                reason == null ? null : Instant.ofEpochMilli(row.getLong("revoked_at")),
                reason == null ? null : RevocationReason.of(reason),
                row.getString("provisioner"));
    }

    private static CertificateStatus status(Validity validity, boolean revoked, Instant now) {
        if (revoked) {
            return CertificateStatus.REVOKED;
        }
        return now.isAfter(validity.notAfter()) ? CertificateStatus.EXPIRED : CertificateStatus.ACTIVE;
    }
}
