package io.lumia.authority.acme;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Proof of control over one name for one order (RFC 8555, 7.1.4), as stored. What its status is, {@link OrderState} says.
 *
 * @param thumbprint of the account's key, with which the proof is made
 */
record Authorization(
        String id,
        String order,
        String account,
        String thumbprint,
        String provisioner,
        String identifier,
        Status stored,
        Instant expires,
        List<Challenge> challenges) {

    /** RFC 8555, 7.1.6. */
    enum Status {
        PENDING,
        VALID,
        INVALID,
        DEACTIVATED,
        EXPIRED
    }

    /**
     * One way to prove it (RFC 8555, 7.1.5).
     *
     * @param validating until when the one who validates it is waited for; null unless processing
     * @param validatedAt null unless valid
     * @param error of the validation; null unless invalid
     */
    record Challenge(
            String id,
            ChallengeType type,
            String token,
            ChallengeStatus status,
            @Nullable Instant validating,
            @Nullable Instant validatedAt,
            @Nullable Problem error) {

        static Challenge pending(String id, ChallengeType type, String token) {
            return new Challenge(id, type, token, ChallengeStatus.PENDING, null, null, null);
        }

        /** Whoever began to validate it is gone. */
        boolean isAbandoned(Instant now) {
            return status == ChallengeStatus.PROCESSING && (validating == null || now.isAfter(validating));
        }
    }

    /** RFC 8555, 7.1.6. */
    enum ChallengeStatus {
        PENDING,
        PROCESSING,
        VALID,
        INVALID
    }
}
