package io.lumia.web;

import io.lumia.http.Problem;
import io.lumia.store.OperatorTokens;
import io.lumia.store.OperatorTokens.OperatorToken;
import io.lumia.web.Operator.How;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose token it is: the first token, one of another process, or one of the store that has not expired. */
final class Tokens {
    private static final Logger log = LoggerFactory.getLogger(Tokens.class);
    private static final Duration USE_IS_NOTED_EVERY = Duration.ofMinutes(1);

    private final AdminToken first;
    private final PeerTokens peers;
    private final @Nullable OperatorTokens kept;
    private final Clock clock;

    /** @param kept null in a process without a store, which knows the first token only */
    Tokens(AdminToken first, PeerTokens peers, @Nullable OperatorTokens kept, Clock clock) {
        this.first = first;
        this.peers = peers;
        this.kept = kept;
        this.clock = clock;
    }

    /** Who presents this token; empty: nobody that we know. */
    Future<Optional<Operator>> whose(String presented) {
        if (first.matches(presented)) {
            return Future.succeededFuture(Optional.of(administrator(How.TOKEN)));
        }
        var peer = peers.whose(presented);
        if (peer.isPresent()) {
            return Future.succeededFuture(peer.map(name -> new Operator(name, Role.ADMIN, How.TOKEN)));
        }
        return kept == null
                ? Future.succeededFuture(Optional.empty())
                : kept.byHash(Secret.hash(presented)).map(found -> lasting(found, How.TOKEN));
    }

    /** Who began a session with the token of this name; empty: the token was removed, or has expired. */
    Future<Optional<Operator>> inSession(String name) {
        if (name.equals(AdminToken.NAME)) {
            return Future.succeededFuture(Optional.of(administrator(How.SESSION)));
        }
        return kept == null
                ? Future.succeededFuture(Optional.empty())
                : kept.byName(name).map(found -> lasting(found, How.SESSION));
    }

    /** @throws Rejected in a process without a store */
    OperatorTokens kept() {
        if (kept == null) {
            throw noStore();
        }
        return kept;
    }

    static Rejected noStore() {
        return new Rejected(Problem.of(
                503,
                "part-absent",
                "Part does not run here",
                "this process has no store; ask the process that runs the part 'authority' or 'provisioning'"));
    }

    private static Operator administrator(How how) {
        return new Operator(AdminToken.NAME, Role.ADMIN, how);
    }

    private Optional<Operator> lasting(Optional<OperatorToken> found, How how) {
        var now = clock.instant();
        return found.filter(token -> now.isBefore(token.expiresAt())).map(token -> {
            noteUse(token, now);
            return new Operator(token.name(), Role.of(token.role()), how);
        });
    }

    private void noteUse(OperatorToken token, Instant now) {
        var before = token.lastUsedAt();
        if (kept != null && (before == null || !now.isBefore(before.plus(USE_IS_NOTED_EVERY)))) {
            var unused = kept.used(token.name(), now)
                    .onFailure(lost -> log.atDebug()
                            .addKeyValue("token", token.name())
                            .setCause(lost)
                            .log("the use of a token could not be noted"));
        }
    }
}
