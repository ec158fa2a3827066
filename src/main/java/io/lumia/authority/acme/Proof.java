package io.lumia.authority.acme;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What has to be proven.
 *
 * @param name DNS name, without the wildcard's label, or address literal
 * @param addresses where the name leads; asked again before each try
 * @param keyAuthorization what only the account's key can say about the token (RFC 8555, 8.1)
 */
record Proof(String name, Supplier<Future<List<InetAddress>>> addresses, String token, String keyAuthorization) {

    /** One kind of challenge. */
    interface Check {
        /**
         * Looks once, in bounded time.
         *
         * @param number of the try, from 1
         * @return empty when it is proven, else why not; {@link AcmeRefusal} counts as that too
         */
        Future<Optional<Problem>> look(Proof proof, int number);

        Future<Void> close();
    }
}
