package io.lumia.issuance;

import io.vertx.core.Future;

/** Puts the answer to a challenge where a CA looks for it (RFC 8555, 8). */
interface ChallengeSolver {
    /** In ACME: {@code http-01}. */
    String type();

    /** Puts it there; fails with {@link IssuanceFailed} that says what to do. */
    Future<Void> present(Proof proof);

    /** Completes when the CA can be told to look. */
    default Future<Void> visible(Proof proof) {
        return Future.succeededFuture();
    }

    /** Takes it away; without effect when it is not there. */
    Future<Void> remove(Proof proof);

    /**
     * What is to be shown.
     *
     * @param name DNS name or address, without the wildcard label
     * @param token in the path for http-01
     * @param keyAuthorization RFC 8555, 8.1
     */
    record Proof(String name, String token, String keyAuthorization) {
        /** Never shows the answer. */
        @Override
        public String toString() {
            return "Proof[" + name + "]";
        }
    }
}
