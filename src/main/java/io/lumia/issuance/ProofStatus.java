package io.lumia.issuance;

import java.time.Instant;
import java.util.Optional;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.exception.AcmeException;

/**
 * How it stands with one challenge of an authorization. step-ca leaves an authorization pending whose challenge is invalid, contrary to
 * RFC 8555, 7.1.6.
 *
 * @param type of the challenge that was answered
 */
record ProofStatus(Authorization authorization, String type) implements PollableResource {
    @Override
    public Status getStatus() {
        boolean failed = authorization.getStatus() == Status.PENDING
                && authorization.getChallenges().stream()
                        .anyMatch(challenge ->
                                challenge.getType().equals(type) && challenge.getStatus() == Status.INVALID);
        return failed ? Status.INVALID : authorization.getStatus();
    }

    @Override
    public Optional<Instant> fetch() throws AcmeException {
        return authorization.fetch();
    }
}
