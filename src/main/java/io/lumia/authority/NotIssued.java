package io.lumia.authority;

import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;

/** The request breaks a rule; becomes an {@link IssueOutcome.Refused}. */
final class NotIssued extends Exception {
    private static final long serialVersionUID = 1;

    private final Refusal refusal;

    /** @param detail a sentence for the requester */
    NotIssued(Refusal refusal, String detail) {
        super(detail);
        this.refusal = refusal;
    }

    IssueOutcome.Refused outcome() {
        return new IssueOutcome.Refused(refusal, String.valueOf(getMessage()));
    }
}
