package io.lumia.authority.acme;

import io.lumia.authority.acme.Authorization.Status;
import java.time.Instant;

/** The state machines of orders and authorizations (RFC 8555, 7.1.6), as functions of what is stored and the time. */
enum OrderState {
    PENDING,
    READY,
    PROCESSING,
    VALID,
    INVALID;

    /** How far an order has come. */
    static OrderState of(Order order, Instant now) {
        // Terminal states first: a certificate stays downloadable after the order has expired.
        if (order.certificate() != null) {
            return VALID;
        }
        if (order.error() != null || now.isAfter(order.expires())) {
            return INVALID;
        }
        var proofs = order.authorizations().stream()
                .map(authorization -> of(authorization, now))
                .reduce(OrderState::weaker)
                .orElse(Status.INVALID);
        return switch (proofs) {
            // "If an error occurs at any of these stages, the order moves to the 'invalid' state."
            case INVALID, DEACTIVATED, EXPIRED -> INVALID;
            case PENDING -> PENDING;
            case VALID -> isFinalized(order, now) ? PROCESSING : READY;
        };
    }

    /** Who began it and has not ended it in time is gone: the order may be finalized again. */
    private static boolean isFinalized(Order order, Instant now) {
        var until = order.finalizing();
        return until != null && !now.isAfter(until);
    }

    /** What an authorization is worth at that moment. */
    static Status of(Authorization authorization, Instant now) {
        return switch (authorization.stored()) {
            case INVALID, DEACTIVATED, EXPIRED -> authorization.stored();
            case VALID -> now.isAfter(authorization.expires()) ? Status.EXPIRED : Status.VALID;
            // Only a valid one expires; a pending one that nobody proved in time is invalid.
            case PENDING -> now.isAfter(authorization.expires()) ? Status.INVALID : Status.PENDING;
        };
    }

    /** The order needs every proof: one that failed decides, then one that is missing. */
    private static Status weaker(Status one, Status other) {
        if (one == Status.VALID) {
            return other;
        }
        return one == Status.PENDING && other != Status.VALID ? other : one;
    }
}
