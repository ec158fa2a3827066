package io.lumia.authority.acme;

import java.util.List;

/**
 * An account (RFC 8555, 7.1.2).
 *
 * @param jwk its public key as JSON
 * @param thumbprint of that key, RFC 7638
 */
record Account(String id, String provisioner, String thumbprint, String jwk, List<String> contacts, Status status) {
    /** RFC 8555, 7.1.6; {@code revoked} is for the server to set and not used here. */
    enum Status {
        VALID,
        DEACTIVATED
    }

    /** How log and audit name it. */
    String actor() {
        return "acme account " + id;
    }
}
