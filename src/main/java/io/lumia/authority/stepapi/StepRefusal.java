package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.IssueOutcome;

/** The request is refused; becomes an answer with this status. */
final class StepRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param message a sentence for the requester */
    StepRefusal(int status, String message) {
        super(message);
        this.status = status;
    }

    static StepRefusal badRequest(String message) {
        return new StepRefusal(400, message);
    }

    static StepRefusal unauthorized(String message) {
        return new StepRefusal(401, message);
    }

    static StepRefusal forbidden(String message) {
        return new StepRefusal(403, message);
    }

    static StepRefusal of(IssueOutcome.Refused refused) {
        int status = switch (refused.refusal()) {
            case UNFIT_REQUEST -> 400;
            case NAME_CLAIMED, NAME_NOT_ALLOWED, LIFETIME_NOT_ALLOWED -> 403;
            case OVERLOADED -> 429;
        };
        return new StepRefusal(status, refused.detail());
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
