package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.IssueOutcome;
import java.util.List;

/**
 * A new certificate as step reads it.
 *
 * @param crt the leaf, PEM
 * @param ca its issuer, PEM
 * @param certChain both; the leaf alone when the root issued it
 */
record ChainAnswer(String crt, String ca, List<String> certChain) {
    /** @throws StepRefusal when there is none */
    static ChainAnswer of(IssueOutcome outcome) {
        if (outcome instanceof IssueOutcome.Refused refused) {
            throw StepRefusal.of(refused);
        }
        var bundle = ((IssueOutcome.Issued) outcome).bundle();
        return bundle.chain().isEmpty()
                ? new ChainAnswer(bundle.certificate(), bundle.root(), List.of(bundle.certificate()))
                : new ChainAnswer(bundle.certificate(), bundle.chain(), List.of(bundle.certificate(), bundle.chain()));
    }
}
