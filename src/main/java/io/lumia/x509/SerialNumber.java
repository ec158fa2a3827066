package io.lumia.x509;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** A certificate's serial number: positive, at most 20 octets (RFC 5280, 4.1.2.2); written in lower-case hexadecimal. */
public record SerialNumber(BigInteger value) {
    private static final int RANDOM_BITS = 126;
    /** Of a serial that begins with its time; CA/Browser Forum Baseline Requirements, 7.1, demand 64. */
    private static final int RANDOM_BITS_AFTER_TIME = 94;

    private static final long SECONDS_MASK = 0xffff_ffffL;

    /** @throws IllegalArgumentException when the number is not positive or longer than 20 octets */
    public SerialNumber {
        if (value.signum() <= 0 || value.bitLength() > 159) {
            throw new IllegalArgumentException("a serial number is positive and at most 20 octets long");
        }
    }

    /** A fresh serial of 127 bits, the highest always set, so that all have the same length. */
    public static SerialNumber random(RandomGenerator randomness) {
        var octets = new byte[RANDOM_BITS / 8 + 1];
        randomness.nextBytes(octets);
        var bits = new BigInteger(1, octets).mod(BigInteger.ONE.shiftLeft(RANDOM_BITS));
        return new SerialNumber(bits.setBit(RANDOM_BITS));
    }

    /**
     * A fresh serial of the same form that begins with the second it was made in: certificates are kept by serial, and those of one moment then
     * lie side by side on disk instead of one on each page. 94 bits are random; until 2106 later ones are greater.
     */
    public static SerialNumber at(Instant now, RandomGenerator randomness) {
        var octets = new byte[RANDOM_BITS_AFTER_TIME / 8 + 1];
        randomness.nextBytes(octets);
        var bits = new BigInteger(1, octets).mod(BigInteger.ONE.shiftLeft(RANDOM_BITS_AFTER_TIME));
        var time = BigInteger.valueOf(now.getEpochSecond() & SECONDS_MASK).shiftLeft(RANDOM_BITS_AFTER_TIME);
        return new SerialNumber(time.or(bits).setBit(RANDOM_BITS));
    }

    public static SerialNumber of(X509Certificate certificate) {
        return new SerialNumber(certificate.getSerialNumber());
    }

    /** @throws IllegalArgumentException when the text is not hexadecimal (colons are accepted, as OpenSSL prints them) */
    public static SerialNumber parse(String hex) {
        try {
            return new SerialNumber(new BigInteger(hex.replace(":", ""), 16));
        } catch (NumberFormatException notHex) {
            throw new IllegalArgumentException(
                    "not a serial number: " + Printable.quoted(hex) + "; expected hexadecimal", notHex);
        }
    }

    @Override
    public String toString() {
        return value.toString(16);
    }
}
