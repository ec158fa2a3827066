package io.lumia.authority.acme;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A problem document (RFC 9457) with the extensions of ACME (RFC 8555, 6.7).
 *
 * @param type URN of the error
 * @param status HTTP status code; null in a subproblem and in the error of a challenge or order
 * @param identifier which one of several it is about; null: the whole request
 * @param algorithms what is accepted instead; only with {@code badSignatureAlgorithm}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Problem(
        String type,
        String detail,
        @Nullable Integer status,
        @Nullable Identifier identifier,
        List<Problem> subproblems,
        List<String> algorithms) {

    /** The error types of RFC 8555, 6.7 that this server uses, each with its usual HTTP status. */
    enum Kind {
        ACCOUNT_DOES_NOT_EXIST("accountDoesNotExist", 400),
        ALREADY_REVOKED("alreadyRevoked", 400),
        ALREADY_REPLACED("alreadyReplaced", 409),
        BAD_CSR("badCSR", 400),
        BAD_NONCE("badNonce", 400),
        BAD_PUBLIC_KEY("badPublicKey", 400),
        BAD_REVOCATION_REASON("badRevocationReason", 400),
        BAD_SIGNATURE_ALGORITHM("badSignatureAlgorithm", 400),
        CONNECTION("connection", 400),
        DNS("dns", 400),
        EXTERNAL_ACCOUNT_REQUIRED("externalAccountRequired", 403),
        INCORRECT_RESPONSE("incorrectResponse", 403),
        INVALID_PROFILE("invalidProfile", 400),
        INVALID_CONTACT("invalidContact", 400),
        MALFORMED("malformed", 400),
        ORDER_NOT_READY("orderNotReady", 403),
        RATE_LIMITED("rateLimited", 429),
        REJECTED_IDENTIFIER("rejectedIdentifier", 403),
        SERVER_INTERNAL("serverInternal", 500),
        TLS("tls", 400),
        UNAUTHORIZED("unauthorized", 403),
        UNSUPPORTED_CONTACT("unsupportedContact", 400),
        UNSUPPORTED_IDENTIFIER("unsupportedIdentifier", 400);

        private final String label;
        private final int status;

        Kind(String label, int status) {
            this.label = label;
            this.status = status;
        }

        String urn() {
            return "urn:ietf:params:acme:error:" + label;
        }

        int status() {
            return status;
        }
    }

    static Problem of(Kind kind, String detail) {
        return new Problem(kind.urn(), detail, kind.status(), null, List.of(), List.of());
    }

    /** As a challenge or an order shows it: nothing was answered with an HTTP status of its own. */
    static Problem kept(String urn, String detail) {
        return new Problem(urn, detail, null, null, List.of(), List.of());
    }

    /** One of several (RFC 8555, 6.7.1). */
    static Problem about(String identifier, Kind kind, String detail) {
        return new Problem(kind.urn(), detail, null, Identifier.shown(identifier), List.of(), List.of());
    }

    Problem about(String name) {
        return new Problem(type, detail, null, Identifier.shown(name), subproblems, algorithms);
    }

    Problem with(List<Problem> parts) {
        return new Problem(type, detail, status, identifier, List.copyOf(parts), algorithms);
    }

    Problem accepting(List<String> accepted) {
        return new Problem(type, detail, status, identifier, subproblems, accepted);
    }

    Problem as(int otherStatus) {
        return new Problem(type, detail, otherStatus, identifier, subproblems, algorithms);
    }
}
