package io.lumia.authority.acme;

import org.jspecify.annotations.Nullable;

/**
 * What an order asks for, as it stands in the request (RFC 8555, 7.1.3).
 *
 * @param type {@code dns}, {@code ip}, or whatever the client wrote
 */
record Identifier(@Nullable String type, @Nullable String value) {

    /** A DNS name as answers show it. */
    record Dns(String type, String value) {
        Dns(String value) {
            this("dns", value);
        }
    }
}
