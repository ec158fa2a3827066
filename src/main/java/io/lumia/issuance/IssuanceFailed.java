package io.lumia.issuance;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** No certificate came; the message says which source, why, and what to check. */
public final class IssuanceFailed extends Exception {
    /** Why, as a label for metrics. */
    public enum Reason {
        /** Nothing answered, or not in time. */
        UNREACHABLE,
        /** The CA said no: policy, limits, account, token. */
        REFUSED,
        /** The CA could not verify a challenge, or the answer to it could not be put in place. */
        CHALLENGE,
        /** What came is not what was asked for, or does not lead to a trusted root. */
        INVALID_CERTIFICATE,
        INTERNAL;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;
    private final @Nullable Duration retryAfter;

    public IssuanceFailed(Reason reason, String detail, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public Reason reason() {
        return reason;
    }

    /** How long the CA asked to wait (RFC 8555, 6.6). */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
