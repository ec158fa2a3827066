package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.config.AcmeConfig;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Finds out whether whoever answers at a name holds the account's key (RFC 8555, 8.3). */
final class Http01Validation {
    /** Waits before the second, third… try; the last goes on. */
    private static final List<Duration> WAITS =
            List.of(Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));

    private final Vertx vertx;
    private final AddressPolicy policy;
    private final PinnedFetch fetch;
    private final int tries;

    Http01Validation(Vertx vertx, AcmeConfig config) {
        this.vertx = vertx;
        policy = new AddressPolicy(config.allowedNetworks());
        fetch = new PinnedFetch(vertx, config.http01Port(), config.validationTimeout());
        tries = config.validationTries();
    }

    /**
     * Fetches until it gets the expected answer or has tried often enough.
     *
     * @param addresses resolves the name; asked again before each try
     * @param expected the key authorization
     * @return empty when it is proven, else why not
     */
    Future<Optional<Problem>> validate(
            String name, Supplier<Future<List<InetAddress>>> addresses, String token, String expected) {
        return attempt(new Attempt(name, addresses, "/.well-known/acme-challenge/" + token, expected), 1);
    }

    Future<Void> close() {
        return fetch.close();
    }

    private record Attempt(String name, Supplier<Future<List<InetAddress>>> addresses, String path, String expected) {}

    private Future<Optional<Problem>> attempt(Attempt wanted, int number) {
        return once(wanted, number).compose(failure -> {
            if (failure.isEmpty() || number >= tries) {
                return Future.succeededFuture(failure);
            }
            var wait = WAITS.get(Math.min(number, WAITS.size()) - 1);
            return vertx.timer(wait.toMillis()).compose(fired -> attempt(wanted, number + 1));
        });
    }

    private Future<Optional<Problem>> once(Attempt wanted, int number) {
        return wanted.addresses()
                .get()
                .map(found -> pin(wanted.name(), found, number))
                .compose(address ->
                        fetch.get(address, wanted.name(), wanted.path()).map(body -> judge(wanted, address, body)))
                .recover(failure -> Future.succeededFuture(Optional.of(problem(failure))));
    }

    /** The next address that is allowed: the one that is checked is the one that is asked. */
    private InetAddress pin(String name, List<InetAddress> found, int number) {
        var allowed = found.stream().filter(policy::allows).toList();
        if (allowed.isEmpty()) {
            throw new AcmeRefusal(
                    Kind.DNS,
                    Printable.quoted(name) + " resolves to "
                            + found.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "))
                            + ", where this CA fetches no challenges; authority.acme.allowed-networks lists exceptions");
        }
        return allowed.get((number - 1) % allowed.size());
    }

    private static Optional<Problem> judge(Attempt wanted, InetAddress address, String body) {
        // "The server SHOULD ignore whitespace characters at the end of the body" (RFC 8555, 8.3).
        if (body.stripTrailing().equals(wanted.expected())) {
            return Optional.empty();
        }
        return Optional.of(Problem.of(
                Kind.UNAUTHORIZED,
                "http://" + wanted.name() + wanted.path() + " at " + address.getHostAddress() + " answered "
                        + Printable.quoted(body) + " instead of the key authorization "
                        + Printable.quoted(wanted.expected())));
    }

    private static Problem problem(Throwable failure) {
        return failure instanceof AcmeRefusal refusal
                ? refusal.problem()
                : Problem.of(Kind.SERVER_INTERNAL, "the validation broke off; try again with a new order");
    }
}
