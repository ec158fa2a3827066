package io.lumia.authority.acme;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order with its authorizations (RFC 8555, 7.1.3), as stored. What its status is, {@link OrderState} says.
 *
 * @param finalizing until when the one who signs a certificate for it is waited for; null: nobody does
 * @param replaces the certificate that its own takes the place of (RFC 9773, 5); null: none named
 * @param profile chosen by the client; null: none
 * @param error why it failed; null: it did not
 * @param certificate leaf and intermediates, PEM; null before it was issued
 */
record Order(
        String id,
        String account,
        List<String> identifiers,
        Instant expires,
        @Nullable Instant finalizing,
        @Nullable String replaces,
        @Nullable String profile,
        @Nullable Problem error,
        @Nullable String certificate,
        List<Authorization> authorizations) {}
