package io.lumia.authority.acme;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Nonces that this node handed out and that were not used yet (RFC 8555, 6.5): the node's incarnation and 128 random bits, good for one request. At most {@code most} are
 * remembered; whoever comes with a forgotten one gets a fresh one with the error.
 */
final class Nonces {
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{16})[A-Za-z0-9_-]{22}");

    private final String giver;
    private final SecureRandom randomness;
    private final int most;
    private final Set<String> unused = new LinkedHashSet<>();

    /** @param giver incarnation of this node */
    Nonces(String giver, SecureRandom randomness, int most) {
        this.giver = giver;
        this.randomness = randomness;
        this.most = most;
    }

    String fresh() {
        var nonce = giver + RandomId.next(randomness);
        synchronized (unused) {
            unused.add(nonce);
            if (unused.size() > most) {
                Iterator<String> oldest = unused.iterator();
                oldest.next();
                oldest.remove();
            }
        }
        return nonce;
    }

    boolean isOwn(String nonce) {
        return nonce.startsWith(giver);
    }

    /** Incarnation of the node that gave it; empty: none did. */
    static Optional<String> giver(String nonce) {
        var matcher = FORM.matcher(nonce);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Uses the nonce up. @return whether it was there */
    boolean spend(String nonce) {
        synchronized (unused) {
            return unused.remove(nonce);
        }
    }

    /** Identifiers that nobody guesses. */
    static final class RandomId {
        private static final int OCTETS = 16;
        private static final int TIME_BITS = 48;

        private RandomId() {}

        /** 128 random bits in base64url. */
        static String next(SecureRandom randomness) {
            var octets = new byte[OCTETS];
            randomness.nextBytes(octets);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        }

        /**
         * 96 random bits in base64url after the time: rows that are made and read together lie on few pages of the database, which halves what is
         * written for a certificate.
         */
        static String next(SecureRandom randomness, Instant now) {
            var octets = new byte[OCTETS - Integer.BYTES];
            randomness.nextBytes(octets);
            var id = ByteBuffer.allocate(Long.BYTES + octets.length)
                    .putLong(now.toEpochMilli() << (Long.SIZE - TIME_BITS))
                    .position(TIME_BITS / Byte.SIZE)
                    .put(octets)
                    .flip();
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(id.array(), id.limit()));
        }
    }
}
