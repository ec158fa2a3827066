package io.lumia.authority.acme;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Nonces that were handed out and not used yet (RFC 8555, 6.5): 128 random bits, good for one request. At most {@code most} are
 * remembered; whoever comes with a forgotten one gets a fresh one with the error.
 */
final class Nonces {
    private final SecureRandom randomness;
    private final int most;
    private final Set<String> unused = new LinkedHashSet<>();

    Nonces(SecureRandom randomness, int most) {
        this.randomness = randomness;
        this.most = most;
    }

    String fresh() {
        var nonce = RandomId.next(randomness);
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
