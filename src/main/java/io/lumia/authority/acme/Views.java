package io.lumia.authority.acme;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.authority.acme.Authorization.Challenge;
import io.lumia.authority.acme.Problem.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The JSON objects that clients read. */
final class Views {
    private Views() {}

    /** RFC 8555, 7.1.1: only what is implemented. */
    record DirectoryView(
            String newNonce,
            String newAccount,
            String newOrder,
            String revokeCert,
            String keyChange,
            String renewalInfo,
            Meta meta) {
        static DirectoryView of(Links links, boolean externalAccount, Map<String, String> profiles) {
            return new DirectoryView(
                    links.newNonce(),
                    links.newAccount(),
                    links.newOrder(),
                    links.revokeCert(),
                    links.keyChange(),
                    links.renewalInfo(),
                    new Meta(externalAccount, profiles));
        }
    }

    /** @param profiles what may be chosen, with a description for people (draft-aaron-acme-profiles, 3) */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Meta(boolean externalAccountRequired, Map<String, String> profiles) {}

    /** RFC 9773, 4.2. */
    record RenewalInfoView(WindowView suggestedWindow) {}

    record WindowView(String start, String end) {}

    /** RFC 8555, 7.1.2. */
    record AccountView(String status, List<String> contact, String orders) {
        static AccountView of(Account account, Links links) {
            return new AccountView(label(account.status()), account.contacts(), links.orders(account.id()));
        }
    }

    /** RFC 8555, 7.1.2.1. */
    record OrdersView(List<String> orders) {}

    /** RFC 8555, 7.1.3. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OrderView(
            String status,
            String expires,
            List<Identifier> identifiers,
            List<String> authorizations,
            @JsonProperty("finalize") String finalizing,
            @Nullable String replaces,
            @Nullable String profile,
            @Nullable String certificate,
            @Nullable Problem error) {
        static OrderView of(Order order, Instant now, Links links) {
            return new OrderView(
                    label(OrderState.of(order, now)),
                    order.expires().toString(),
                    order.identifiers().stream().map(Identifier::shown).toList(),
                    order.authorizations().stream()
                            .map(authorization -> links.authorization(authorization.id()))
                            .toList(),
                    links.finalizing(order.id()),
                    order.replaces(),
                    order.profile(),
                    order.certificate() == null ? null : links.certificate(order.id()),
                    error(order));
        }

        /** Its own, or that of the proofs that failed: one stands for itself, several are parts of one. */
        private static @Nullable Problem error(Order order) {
            if (order.error() != null) {
                return order.error();
            }
            var failed =
                    order.authorizations().stream().flatMap(OrderView::errors).toList();
            if (failed.size() < 2) {
                return failed.isEmpty() ? null : failed.get(0);
            }
            return Problem.kept(Kind.UNAUTHORIZED.urn(), failed.size() + " identifiers are not proven; see subproblems")
                    .with(failed);
        }

        private static Stream<Problem> errors(Authorization authorization) {
            return authorization.challenges().stream()
                    .map(Challenge::error)
                    .flatMap(Stream::ofNullable)
                    .map(error -> error.about(authorization.identifier()));
        }
    }

    /**
     * RFC 8555, 7.1.4.
     *
     * @param wildcard true, or null: there must be no false
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record AuthorizationView(
            String status,
            String expires,
            Identifier identifier,
            @Nullable Boolean wildcard,
            List<ChallengeView> challenges) {
        static AuthorizationView of(Authorization authorization, Instant now, Links links) {
            return new AuthorizationView(
                    label(OrderState.of(authorization, now)),
                    authorization.expires().toString(),
                    Identifier.shown(Identifier.proven(authorization.identifier())),
                    Identifier.isWildcard(authorization.identifier()) ? true : null,
                    authorization.challenges().stream()
                            .map(challenge -> ChallengeView.of(challenge, links))
                            .toList());
        }
    }

    /** RFC 8555, 7.1.5 and 8.3. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ChallengeView(
            String type,
            String url,
            String status,
            String token,
            @Nullable String validated,
            @Nullable Problem error) {
        static ChallengeView of(Challenge challenge, Links links) {
            var validated = challenge.validatedAt();
            return new ChallengeView(
                    challenge.type().label(),
                    links.challenge(challenge.id()),
                    label(challenge.status()),
                    challenge.token(),
                    validated == null ? null : validated.toString(),
                    challenge.error());
        }
    }

    private static String label(Enum<?> status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
