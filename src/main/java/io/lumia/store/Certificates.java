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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Every certificate the authority issued; table {@code certificates}. */
public final class Certificates {
    private final Store store;

    Certificates(Store store) {
        this.store = store;
    }

    /** Keeps a new certificate; a serial that is there already is refused by the primary key. To be called in {@link Store#write}. */
    public void insert(Handle handle, CertificateRecord certificate) {
        insert(handle, certificate, null);
    }

    /** @param issuer name of the CA's certificate that signed it; null: the first one */
    public void insert(Handle handle, CertificateRecord certificate, @Nullable String issuer) {
        var device = certificate.device();
        var validity = certificate.validity();
        handle.createUpdate("""
                        insert into certificates (serial, profile, identity, names, device, issued_at, not_before, not_after,
                          requester, via, certificate, provisioner, address, issuer)
                        values (:serial, :profile, :identity, :names, :device, :issuedAt, :notBefore, :notAfter,
                          :requester, :via, :certificate, :provisioner, :address, :issuer)
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
                .bind("address", certificate.address())
                .bind("issuer", issuer)
                .execute();
    }

    /** What work holds ({@link Store#hold}) that relies on a certificate not being revoked meanwhile. */
    public static String held(SerialNumber serial) {
        return "certificate:" + serial;
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
        store.hold(handle, held(serial));
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

    /** A page of those that match, and how many there are; of a text that many have, as {@link CertificatePage} says. */
    public Future<CertificatePage> list(ListCertificates wanted, Instant now) {
        return store.read(handle -> {
            var found = new CertificateSearch(handle, wanted, now).run();
            var certificates = found.serials().stream()
                    .flatMap(serial -> find(handle, SerialNumber.parse(serial), now).stream())
                    .toList();
            return new CertificatePage(certificates, found.total(), found.complete(), wanted.page(), wanted.size());
        });
    }

    /** How many there are, by status and profile, and how soon the active ones expire. */
    public Future<CertificateCounts> count(Instant now) {
        return store.read(handle -> new CertificateStatistics(handle, now).counts());
    }

    /** Claimed devices whose newest certificate is active and past the latest moment that the renewal policy has for it. */
    public Future<Long> overdue(CountOverdue policy, Instant now) {
        return store.read(handle -> new CertificateStatistics(handle, now).overdue(policy));
    }

    /**
     * Active certificates that will be renewed, of nearly the same lifetime, that end in the same ten minutes.
     *
     * @param issuedAt and notAfter of one in the middle of them
     */
    public record Alike(Instant issuedAt, Instant notAfter, long certificates) {}

    /**
     * What is active of devices and servers, by lifetime, from counters. Whether a certificate was replaced already would have to be looked up for
     * each: with a million that took eight seconds.
     */
    public Future<List<Alike>> renewable(Instant now) {
        return store.read(handle -> new CertificateStatistics(handle, now).renewable());
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
                row.getString("provisioner"),
                row.getString("address"));
    }

    private static CertificateStatus status(Validity validity, boolean revoked, Instant now) {
        if (revoked) {
            return CertificateStatus.REVOKED;
        }
        return now.isAfter(validity.notAfter()) ? CertificateStatus.EXPIRED : CertificateStatus.ACTIVE;
    }
}
