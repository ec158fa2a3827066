package io.lumia.provisioning;

import io.lumia.bus.FleetBus.Refusal;
import io.lumia.http.Problem;
import java.net.InetAddress;
import java.time.Duration;

/** Every reason for which the service says no; the kinds are part of its API. */
final class Problems {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration LATER = Duration.ofMinutes(1);

    private Problems() {}

    static Problem notFound() {
        return Problem.of(404, "not-found", "Not found", "the one resource here is POST /v1/certificates");
    }

    static Problem methodNotAllowed() {
        return Problem.of(405, "method-not-allowed", "Method not allowed", "use POST")
                .with("Allow", "POST");
    }

    static Problem unsupportedMediaType() {
        return Problem.of(
                415, "unsupported-media-type", "Unsupported media type", "send Content-Type: application/json");
    }

    static Problem tooLarge(int most) {
        return Problem.of(413, "too-large", "Request too large", "the body exceeds " + most + " bytes");
    }

    static Problem malformed(String detail) {
        return Problem.of(400, "malformed-request", "Malformed request", detail);
    }

    static Problem off() {
        return Problem.of(503, "disabled", "Provisioning is off", "an operator has to turn provisioning on")
                .retryAfter(LATER);
    }

    static Problem notWhitelisted(InetAddress address) {
        return Problem.of(
                403,
                "not-whitelisted",
                "Address not whitelisted",
                address.getHostAddress() + " is not on the whitelist; an operator has to add it");
    }

    static Problem rateLimited(Duration wait) {
        return Problem.of(429, "rate-limited", "Too many requests", "this address asks too often; wait and ask again")
                .retryAfter(wait);
    }

    static Problem unknownToken() {
        return Problem.of(
                        401,
                        "unknown-token",
                        "Token wrong or spent",
                        "the token is not known here; leave it out or ask an operator for a new one")
                .with("WWW-Authenticate", "token");
    }

    static Problem invalidName(String detail) {
        return Problem.of(422, "invalid-device-name", "Invalid device name", detail);
    }

    static Problem unfit(String detail) {
        return Problem.of(422, "unfit-request", "CSR unfit", detail);
    }

    static Problem unavailable() {
        return Problem.of(
                        503,
                        "authority-unavailable",
                        "Authority unavailable",
                        "the certificate authority does not answer now; ask again later")
                .retryAfter(SOON);
    }

    static Problem refused(Refusal refusal, String detail) {
        return switch (refusal) {
            case UNFIT_REQUEST -> unfit(detail);
            case NAME_CLAIMED -> Problem.of(409, "name-claimed", "Name claimed by another key", detail);
            case NAME_NOT_ALLOWED -> Problem.of(403, "name-not-allowed", "Name not allowed", detail);
            case LIFETIME_NOT_ALLOWED -> Problem.of(422, "lifetime-not-allowed", "Lifetime not allowed", detail);
            case OVERLOADED ->
                Problem.of(429, "overloaded", "Authority overloaded", detail).retryAfter(SOON);
        };
    }
}
