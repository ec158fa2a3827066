package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.Future;

/** What the step API needs of the authority around it. */
public interface StepIssuer {
    /**
     * Signs; completes once the certificate is durable. A refusal is an answer.
     *
     * @param csr verified; the text of the request's own is not looked at
     */
    Future<IssueOutcome> issue(IssueCertificate request, CertificateRequest csr);

    /** Signs the next certificate of the same holder. A refusal is an answer: revoked meanwhile, name not theirs any more. */
    Future<IssueOutcome> reissue(Reissue request);
}
