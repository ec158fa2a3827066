package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.http.Problem;
import io.lumia.store.OperatorTokens.Addition;
import io.lumia.store.OperatorTokens.OperatorToken;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /tokens}: named tokens of the admin API. A token is told once, when it is made. */
final class TokensApi {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final Duration USUAL_VALIDITY = Duration.ofDays(90);
    private static final Duration LONGEST_VALIDITY = Duration.ofDays(3660);
    /** So that those who search repositories for secrets know what they found. */
    private static final String PREFIX = "lumia_";

    private final Tokens tokens;
    private final Sessions sessions;
    private final SecureRandom random;
    private final Clock clock;

    TokensApi(Tokens tokens, Sessions sessions, SecureRandom random, Clock clock) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.random = random;
        this.clock = clock;
    }

    void mount(ApiRoutes api) {
        api.get("/tokens", Role.ADMIN, this::list);
        api.post("/tokens", Role.ADMIN, this::add);
        api.delete("/tokens/:name", Role.ADMIN, this::remove);
    }

    private record TokenView(
            String name,
            String role,
            String createdAt,
            String createdBy,
            String expiresAt,
            @Nullable String lastUsedAt,
            boolean expired) {
        static TokenView of(OperatorToken token, Instant now) {
            var used = token.lastUsedAt();
            return new TokenView(
                    token.name(),
                    token.role(),
                    token.createdAt().toString(),
                    token.createdBy(),
                    token.expiresAt().toString(),
                    used == null ? null : used.toString(),
                    !now.isBefore(token.expiresAt()));
        }
    }

    private record TokensView(List<TokenView> tokens) {}

    private record NewTokenView(String name, String role, String token, String createdAt, String expiresAt) {}

    private void list(RoutingContext context) {
        var now = clock.instant();
        Answers.send(
                context,
                200,
                tokens.kept()
                        .all()
                        .map(all -> new TokensView(all.stream()
                                .map(token -> TokenView.of(token, now))
                                .toList())));
    }

    private void add(RoutingContext context) {
        var body = RequestBody.of(context, new LinkedHashSet<>(List.of("name", "role", "validity")));
        var now = clock.instant();
        var token = new OperatorToken(
                name(body.required("name")),
                role(body.required("role")).label(),
                now,
                Operator.of(context).name(),
                now.plus(validity(body)),
                null);
        var secret = PREFIX + Secret.make(random);
        Answers.send(context, 201, tokens.kept().add(token, Secret.hash(secret)).map(outcome -> {
            demandAdded(outcome, token.name());
            tell(context, "token.add", token.name(), Map.of("role", token.role()));
            return new NewTokenView(
                    token.name(),
                    token.role(),
                    secret,
                    now.toString(),
                    token.expiresAt().toString());
        }));
    }

    private void remove(RoutingContext context) {
        var name = String.valueOf(context.pathParam("name"));
        Future<Map<String, String>> removed = tokens.kept().remove(name).compose(was -> {
            if (!was) {
                throw Rejected.notFound("there is no token " + Printable.quoted(name));
            }
            tell(context, "token.remove", name, Map.of());
            return sessions.endAll(name).map(Map.of("removed", name));
        });
        Answers.send(context, 200, removed);
    }

    private static void demandAdded(Addition outcome, String name) {
        switch (outcome) {
            case ADDED -> {}
            case NAME_TAKEN ->
                throw new Rejected(Problem.of(
                        409,
                        "name-taken",
                        "Name taken",
                        "there is a token '" + name + "' already; remove it first, or choose another name"));
            case TOO_MANY ->
                throw new Rejected(Problem.of(
                        409, "too-many-tokens", "Too many tokens", "remove tokens that are no longer needed first"));
        }
    }

    private void tell(RoutingContext context, String action, String name, Map<String, String> details) {
        FleetBus.AUDITED.publish(
                context.vertx(),
                new Audited(clock.instant(), Operator.of(context).name(), action, name, "ok", details));
    }

    private static String name(String given) {
        if (!NAME.matcher(given).matches() || given.equals(AdminToken.NAME)) {
            throw Rejected.badRequest(
                    "the member 'name' must be 1 to 64 lower-case letters, digits, dots, hyphens or underscores, and not '"
                            + AdminToken.NAME + "', is " + Printable.quoted(given));
        }
        return given;
    }

    private static Role role(String given) {
        try {
            return Role.of(given);
        } catch (IllegalArgumentException unknown) {
            throw Rejected.badRequest("the member 'role': " + unknown.getMessage());
        }
    }

    private static Duration validity(RequestBody body) {
        var given = body.duration("validity").orElse(USUAL_VALIDITY);
        if (given.isZero() || given.compareTo(LONGEST_VALIDITY) > 0) {
            throw Rejected.badRequest("the member 'validity' must be more than 0s and at most 3660d");
        }
        return given;
    }
}
