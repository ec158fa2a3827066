package io.lumia.store;

import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;

/** What certificates may do at the admin API; table {@code certificate_roles}. A certificate that is not there may do nothing. */
public final class CertificateRoles {
    private final Store store;

    CertificateRoles(Store store) {
        this.store = store;
    }

    /**
     * Records the role, and forgets those of certificates that have ended.
     *
     * @param role by its label
     * @param notAfter when the certificate ends
     */
    public Future<Void> grant(SerialNumber serial, String role, String grantedBy, Instant notAfter, Instant now) {
        return store.write(handle -> {
                    handle.createUpdate("delete from certificate_roles where not_after < :now")
                            .bind("now", now.toEpochMilli())
                            .execute();
                    return handle.createUpdate("""
                                    insert into certificate_roles (serial, role, granted_by, not_after)
                                    values (:serial, :role, :grantedBy, :notAfter)
                                    """)
                            .bind("serial", serial.toString())
                            .bind("role", role)
                            .bind("grantedBy", grantedBy)
                            .bind("notAfter", notAfter.toEpochMilli())
                            .execute();
                })
                .mapEmpty();
    }

    /** By its label; empty: none. */
    public Future<Optional<String>> of(SerialNumber serial) {
        return store.read(handle -> handle.createQuery("select role from certificate_roles where serial = :serial")
                .bind("serial", serial.toString())
                .mapTo(String.class)
                .findOne());
    }
}
