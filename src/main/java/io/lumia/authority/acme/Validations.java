package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.config.AcmeConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Finds out whether a client controls what it orders, trying again for a while, since its answer may be on its way. */
final class Validations {
    /** Waits before the second, third… try; the last goes on. */
    private static final List<Duration> WAITS =
            List.of(Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));

    /** For the store, and for clocks that differ. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final int tries;
    private final Duration timeout;
    private final Duration delay;
    private final Map<ChallengeType, Proof.Check> checks = new EnumMap<>(ChallengeType.class);

    Validations(Vertx vertx, AcmeConfig config, Names names) {
        this.vertx = vertx;
        tries = config.validationTries();
        timeout = config.validationTimeout();
        delay = config.faults().validationDelay();
        var policy = new AddressPolicy(config.allowedNetworks());
        checks.put(ChallengeType.HTTP_01, new Http01Validation(vertx, config, policy));
        checks.put(ChallengeType.DNS_01, new Dns01Validation(names));
        checks.put(ChallengeType.TLS_ALPN_01, new TlsAlpn01Validation(vertx, config, policy));
    }

    /** @return empty when it is proven, else why not */
    Future<Optional<Problem>> validate(ChallengeType type, Proof proof) {
        var check = Objects.requireNonNull(checks.get(type));
        return delay.isZero()
                ? attempt(check, proof, 1)
                : vertx.timer(delay.toMillis()).compose(fired -> attempt(check, proof, 1));
    }

    /** How long a validation takes at most, with all its tries. */
    Duration longest() {
        return delay.plus(timeout.plus(WAITS.get(WAITS.size() - 1)).multipliedBy(tries))
                .plus(MARGIN);
    }

    Future<Void> close() {
        return Future.join(checks.values().stream().map(Proof.Check::close).toList())
                .mapEmpty();
    }

    private Future<Optional<Problem>> attempt(Proof.Check check, Proof proof, int number) {
        return Future.succeededFuture(proof)
                .compose(asked -> check.look(asked, number))
                .recover(failure -> Future.succeededFuture(Optional.of(problem(failure))))
                .compose(failure -> {
                    if (failure.isEmpty() || number >= tries) {
                        return Future.succeededFuture(failure);
                    }
                    var wait = WAITS.get(Math.min(number, WAITS.size()) - 1);
                    return vertx.timer(wait.toMillis()).compose(fired -> attempt(check, proof, number + 1));
                });
    }

    private static Problem problem(Throwable failure) {
        return failure instanceof AcmeRefusal refusal
                ? refusal.problem()
                : Problem.of(Kind.SERVER_INTERNAL, "the validation broke off; try again with a new order");
    }
}
