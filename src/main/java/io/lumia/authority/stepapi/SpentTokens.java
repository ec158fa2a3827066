package io.lumia.authority.stepapi;

import io.lumia.store.Store;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/** One-time tokens that were used; table {@code step_tokens}. They outlive a restart; a purge forgets them once they expired. */
final class SpentTokens {
    private final Store store;

    SpentTokens(Store store) {
        this.store = store;
    }

    /**
     * Uses the token up. That is on disk before a certificate is that it allowed, since a synced write syncs all before it.
     *
     * @param issuer whose token ids are of their own
     * @param expires when the token can be forgotten, since it is refused anyway
     * @return false: it was used before
     */
    Future<Boolean> spend(String issuer, String tokenId, Instant expires) {
        var id = digest(issuer + "\n" + tokenId);
        return store.writeUnsynced(handle -> handle.createUpdate(
                                "insert into step_tokens (id, expires_at) values (:id, :expires) on conflict (id) do nothing")
                        .bind("id", id)
                        .bind("expires", expires.toEpochMilli())
                        .execute()
                > 0);
    }

    static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }
}
