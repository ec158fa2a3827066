package io.lumia.authority.acme;

import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import java.util.Optional;

/** What the ACME server needs of the authority around it. */
public interface AcmeIssuer {
    /**
     * Signs; completes once the certificate is durable. A refusal is an answer.
     *
     * @param csr verified; the text of the request's own is not looked at
     */
    Future<IssueOutcome> issue(IssueCertificate request, CertificateRequest csr);

    /** The claim of this fleet name; empty while nobody claimed it. */
    Future<Optional<DeviceRecord>> device(DeviceName name);
}
