package io.lumia.authority.acme;

import java.util.Optional;

/**
 * Addresses of the resources of one provisioner.
 *
 * @param base {@code https://HOST:PORT/acme/PROVISIONER}
 */
record Links(String base) {
    String directory() {
        return base + "/directory";
    }

    String newNonce() {
        return base + "/new-nonce";
    }

    String newAccount() {
        return base + "/new-account";
    }

    String newOrder() {
        return base + "/new-order";
    }

    String keyChange() {
        return base + "/key-change";
    }

    String revokeCert() {
        return base + "/revoke-cert";
    }

    /** A client appends a slash and the certificate's identifier (RFC 9773, 4.1). */
    String renewalInfo() {
        return base + "/renewal-info";
    }

    String account(String id) {
        return base + "/account/" + id;
    }

    /** The reverse of {@link #account}; empty when the address is none of an account here. */
    Optional<String> accountId(String url) {
        var prefix = account("");
        return url.startsWith(prefix) ? Optional.of(url.substring(prefix.length())) : Optional.empty();
    }

    String orders(String account) {
        return account(account) + "/orders";
    }

    /** Where the list goes on (RFC 8555, 7.1.2.1). */
    String orders(String account, String cursor) {
        return orders(account) + "?cursor=" + cursor;
    }

    String order(String id) {
        return base + "/order/" + id;
    }

    String finalizing(String id) {
        return order(id) + "/finalize";
    }

    String certificate(String id) {
        return base + "/certificate/" + id;
    }

    String authorization(String id) {
        return base + "/authorization/" + id;
    }

    String challenge(String id) {
        return base + "/challenge/" + id;
    }
}
