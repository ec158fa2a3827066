package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.config.AcmeConfig;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.Optional;

/** Finds out whether whoever answers at a name or address holds the account's key (RFC 8555, 8.3; RFC 8738, 4). */
final class Http01Validation implements Proof.Check {
    private final AddressPolicy policy;
    private final PinnedFetch fetch;

    Http01Validation(Vertx vertx, AcmeConfig config, AddressPolicy policy) {
        this.policy = policy;
        fetch = new PinnedFetch(vertx, config.http01Port(), config.validationTimeout());
    }

    @Override
    public Future<Optional<Problem>> look(Proof proof, int number) {
        // In a URL the literal of an IPv6 address stands in brackets (RFC 3986, 3.2.2).
        var host = proof.name().indexOf(':') < 0 ? proof.name() : "[" + proof.name() + "]";
        var path = "/.well-known/acme-challenge/" + proof.token();
        return proof.addresses()
                .get()
                .map(found -> policy.pin(proof.name(), found, number))
                .compose(address -> fetch.get(address, host, path)
                        .map(body -> judge("http://" + host + path, address, body, proof.keyAuthorization())));
    }

    @Override
    public Future<Void> close() {
        return fetch.close();
    }

    private static Optional<Problem> judge(String url, InetAddress address, String body, String expected) {
        // "The server SHOULD ignore whitespace characters at the end of the body" (RFC 8555, 8.3).
        if (body.stripTrailing().equals(expected)) {
            return Optional.empty();
        }
        return Optional.of(Problem.of(
                Kind.UNAUTHORIZED,
                url + " at " + address.getHostAddress() + " answered " + Printable.quoted(body)
                        + " instead of the key authorization " + Printable.quoted(expected)));
    }
}
