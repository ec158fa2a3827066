package io.lumia.agent;

import io.lumia.agent.StepFailed.Reason;
import io.lumia.x509.Printable;
import java.time.Duration;
import java.time.Instant;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/** What a failed exchange with the CA means for an identity, by the problem types of RFC 8555, 6.7. */
final class AcmeFailures {
    private static final String PREFIX = "urn:ietf:params:acme:error:";

    private AcmeFailures() {}

    static StepFailed told(Throwable failure, CertificateOrder.Request request, Instant now) {
        if (failure instanceof StepFailed known) {
            return known;
        }
        if (failure instanceof AcmeRateLimitedException limited) {
            var after =
                    limited.getRetryAfter().map(at -> Duration.between(now, at)).orElse(null);
            return StepFailed.later(Reason.REFUSED, "the CA asks to come back later: " + detail(limited), after);
        }
        if (failure instanceof AcmeServerException refused) {
            return refusal(refused, request);
        }
        if (failure instanceof AcmeNetworkException || failure.getCause() instanceof java.io.IOException) {
            return StepFailed.retry(
                    Reason.UNREACHABLE,
                    "the CA at " + request.directory() + " cannot be reached: " + root(failure),
                    failure);
        }
        if (failure instanceof AcmeException protocol) {
            return StepFailed.retry(
                    Reason.UNREACHABLE,
                    "the CA at " + request.directory() + " does not speak ACME as expected: " + protocol.getMessage(),
                    protocol);
        }
        return StepFailed.of(failure);
    }

    private static StepFailed refusal(AcmeServerException refused, CertificateOrder.Request request) {
        var type = String.valueOf(refused.getType());
        return switch (type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type) {
            case "unauthorized", "rejectedIdentifier" ->
                StepFailed.operator(
                        Reason.REFUSED,
                        "the CA does not give this identity a certificate for " + request.dnsName()
                                + ": the name was released or belongs to another key; have an operator release it and"
                                + " remove root.pem of this identity to claim it again (" + detail(refused) + ")");
            case "connection", "dns", "incorrectResponse" ->
                StepFailed.retry(
                        Reason.CHALLENGE, "the CA could not verify the challenge: " + detail(refused), refused);
            case "badCSR" ->
                StepFailed.operator(Reason.REFUSED, "the CA does not accept the request: " + detail(refused));
            default -> StepFailed.retry(Reason.REFUSED, "the CA refused (" + type + "): " + detail(refused), refused);
        };
    }

    private static String detail(AcmeServerException refused) {
        return Printable.quoted(refused.getProblem().getDetail().orElse(String.valueOf(refused.getMessage())));
    }

    private static String root(Throwable failure) {
        var deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest.toString();
    }
}
