package io.lumia.issuance;

import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.x509.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeNotSupportedException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/** What a failed exchange with an ACME server means for the operator, by the problem types of RFC 8555, 6.7. */
final class AcmeProblems {
    private static final String PREFIX = "urn:ietf:params:acme:error:";

    private static final int LONGEST_DETAIL = 600;

    private AcmeProblems() {}

    static IssuanceFailed told(Throwable failure, URI directory, Instant now) {
        if (failure instanceof IssuanceFailed known) {
            return known;
        }
        if (failure instanceof AcmeLazyLoadingException lazy && lazy.getCause() != null) {
            return told(lazy.getCause(), directory, now);
        }
        if (failure instanceof AcmeRateLimitedException limited) {
            var after =
                    limited.getRetryAfter().map(at -> Duration.between(now, at)).orElse(null);
            return failed(
                    Reason.REFUSED, "the CA asks to come back later: " + detail(limited.getProblem()), after, failure);
        }
        if (failure instanceof AcmeServerException refused) {
            return refusal(refused);
        }
        if (failure instanceof AcmeNotSupportedException missing) {
            return failed(
                    Reason.REFUSED, "the CA cannot do what is configured: " + missing.getMessage(), null, failure);
        }
        if (failure instanceof TimeoutException) {
            return failed(
                    Reason.UNREACHABLE,
                    "the CA at " + directory + " did not finish in time; a longer timeout may help",
                    null,
                    failure);
        }
        return failure instanceof AcmeException || failure.getCause() instanceof IOException
                ? unreachable(failure, directory)
                : failed(Reason.INTERNAL, "unexpected failure: " + failure, null, failure);
    }

    private static IssuanceFailed unreachable(Throwable failure, URI directory) {
        var root = deepest(failure);
        if (root instanceof SSLException || root instanceof java.security.GeneralSecurityException) {
            return failed(
                    Reason.UNREACHABLE,
                    "the CA at " + directory + " does not prove itself (" + root.getMessage()
                            + "): let ca-bundle name the root of its server certificate",
                    null,
                    failure);
        }
        return failure instanceof AcmeNetworkException || root instanceof IOException
                ? failed(
                        Reason.UNREACHABLE,
                        "the CA at " + directory + " cannot be reached (" + why(root)
                                + "): check directory-url, the network and whether the CA runs",
                        null,
                        failure)
                : failed(
                        Reason.UNREACHABLE,
                        "the CA at " + directory + " does not speak ACME as expected: " + failure.getMessage(),
                        null,
                        failure);
    }

    /** JDK's client gives these without a message. */
    private static String why(Throwable root) {
        if (root instanceof UnresolvedAddressException) {
            return "its name does not resolve";
        }
        return root instanceof ClosedChannelException || root instanceof ConnectException
                ? "nothing answers there"
                : root.toString();
    }

    private static IssuanceFailed refusal(AcmeServerException refused) {
        var type = String.valueOf(refused.getType());
        var detail = detail(refused.getProblem());
        var plain = type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type;
        return switch (plain) {
            case "connection", "dns", "incorrectResponse", "tls", "caa" ->
                failed(Reason.CHALLENGE, "the CA could not verify a challenge: " + detail, null, refused);
            case "externalAccountRequired" ->
                failed(
                        Reason.REFUSED,
                        "the CA wants an external account: set eab.key-id and eab.hmac-key-file (" + detail + ")",
                        null,
                        refused);
            case "userActionRequired" ->
                failed(
                        Reason.REFUSED,
                        "the CA wants its terms accepted by a person at "
                                + refused.getProblem().getInstance() + " (" + detail + ")",
                        null,
                        refused);
            case "rejectedIdentifier", "unauthorized" ->
                failed(
                        Reason.REFUSED,
                        "the CA does not certify these names for this account (" + plain + "): " + detail,
                        null,
                        refused);
            default -> failed(Reason.REFUSED, "the CA refused (" + plain + "): " + detail, null, refused);
        };
    }

    /** What the CA wrote, safe to print, its details about single names included (RFC 8555, 6.7.1). */
    static String detail(Problem problem) {
        var text = new StringBuilder(problem.getDetail().orElseGet(problem::toString));
        for (Problem part : problem.getSubProblems()) {
            part.getDetail().ifPresent(more -> text.append("; ").append(more));
        }
        return Printable.quoted(text.toString(), LONGEST_DETAIL);
    }

    private static IssuanceFailed failed(
            Reason reason, String detail, @org.jspecify.annotations.Nullable Duration after, Throwable cause) {
        return new IssuanceFailed(reason, detail, after, cause);
    }

    private static Throwable deepest(Throwable failure) {
        var deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest;
    }
}
