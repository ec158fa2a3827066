package io.lumia.lifecycle;

import io.lumia.x509.SerialNumber;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says when a certificate is due. Lifetimes count from issuance, not from the backdated notBefore, so that lifetimes of a minute work. Within
 * the spread each certificate has its own moment, drawn by a hash of identity and serial, so that a fleet that enrolled together does not renew
 * together, and does less so with each generation.
 *
 * @param remainingLifetime share of the lifetime that is left at the latest moment, between 0 and 1
 * @param renewBefore takes the place of the share when set; a lifetime shorter than twice this falls back to the share
 * @param spread share of the lifetime before the latest moment over which renewals are spread; 0: none
 */
public record RenewalPolicy(
        double remainingLifetime, @Nullable Duration renewBefore, double spread) {

    /** When this certificate should be renewed: from the window's begin to its end, fixed for a certificate. */
    public Instant dueAt(String identity, SerialNumber serial, Instant issuedAt, Instant notAfter) {
        var ages = ages(Duration.between(issuedAt, notAfter));
        return issuedAt.plusMillis(ages.at(position(identity, serial)));
    }

    /**
     * The same for a certificate that replaces none in use: the first one of an identity, or the first after expiry. Many such are issued within
     * minutes, when a fleet starts or comes back; they are renewed from soon after until the window's end, see {@link RenewalAges#firstAt}.
     */
    public Instant firstDueAt(String identity, SerialNumber serial, Instant issuedAt, Instant notAfter) {
        var ages = ages(Duration.between(issuedAt, notAfter));
        return issuedAt.plusMillis(ages.firstAt(position(identity, serial)));
    }

    /** How old certificates of this lifetime are when they are renewed. */
    public RenewalAges ages(Duration lifetime) {
        var issued = Instant.EPOCH;
        var window = window(issued, issued.plus(lifetime));
        return new RenewalAges(window.begin().toEpochMilli(), window.end().toEpochMilli());
    }

    /** From when until when certificates of this lifetime are renewed. */
    public record Window(Instant begin, Instant end) {}

    /** The window in which {@link #dueAt} places its moments. */
    public Window window(Instant issuedAt, Instant notAfter) {
        var end = latest(issuedAt, notAfter);
        var begin = end.minus(scaled(Duration.between(issuedAt, notAfter), spread));
        return new Window(begin.isBefore(issuedAt) ? issuedAt : begin, end);
    }

    /** The end of the window: a certificate that is older than this is overdue. */
    public Instant latest(Instant issuedAt, Instant notAfter) {
        var lifetime = Duration.between(issuedAt, notAfter);
        var left = scaled(lifetime, remainingLifetime);
        if (renewBefore != null && renewBefore.multipliedBy(2).compareTo(lifetime) <= 0) {
            left = renewBefore;
        }
        return notAfter.minus(left);
    }

    /** Uniform in [0, 1) over identities and serials. */
    private static double position(String identity, SerialNumber serial) {
        try {
            var hash = MessageDigest.getInstance("SHA-256")
                    .digest((identity + "/" + serial).getBytes(StandardCharsets.UTF_8));
            long bits = 0;
            for (int i = 0; i < 7; i++) {
                bits = (bits << 8) | (hash[i] & 0xff);
            }
            return (double) (bits >>> 3) / (1L << 53);
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }

    private static Duration scaled(Duration duration, double factor) {
        return Duration.ofMillis(Math.round(duration.toMillis() * factor));
    }
}
