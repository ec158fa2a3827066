package io.lumia.authority.acme;

import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What the ACME server needs of the authority around it. */
public interface AcmeIssuer {
    /**
     * Signs; completes once the certificate is durable. A refusal is an answer.
     *
     * @param csr verified; the text of the request's own is not looked at
     * @param also done in the transaction that keeps the certificate: a crash leaves both or neither
     */
    Future<IssueOutcome> issue(IssueCertificate request, CertificateRequest csr, Consequence also);

    /** What changes together with the issuance; may throw, which undoes both. */
    @FunctionalInterface
    interface Consequence {
        void keep(Handle handle, CertificateBundle issued);
    }

    /** The claim of this fleet name; empty while nobody claimed it. */
    Future<Optional<DeviceRecord>> device(DeviceName name);
}
