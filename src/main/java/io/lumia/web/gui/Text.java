package io.lumia.web.gui;

import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.x509.RevocationReason;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times as people read them. */
final class Text {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final long HOUR = 3600;
    private static final long DAY = 24 * HOUR;
    private static final long YEAR = 365 * DAY;

    private Text() {}

    /** {@code 12,000}. */
    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 2030-01-01 12:00:00 UTC}. */
    static String moment(Instant moment) {
        return MOMENT.format(moment) + " UTC";
    }

    /** Time of day, UTC. */
    static String clock(Instant moment) {
        return CLOCK.format(moment);
    }

    /** {@code in 3 h} or {@code 5 min ago}. */
    static String from(Instant moment, Instant now) {
        var distance = Duration.between(now, moment);
        return distance.isNegative() ? span(distance.negated()) + " ago" : "in " + span(distance);
    }

    /** In the largest unit that fits, {@code 36 h} rather than {@code 1 d}. */
    static String span(Duration span) {
        long seconds = span.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 2 * HOUR) {
            return rounded(seconds, 60) + " min";
        }
        if (seconds < 2 * DAY) {
            return rounded(seconds, HOUR) + " h";
        }
        return seconds < 2 * YEAR ? rounded(seconds, DAY) + " d" : rounded(seconds, YEAR) + " y";
    }

    private static long rounded(long seconds, long unit) {
        return (seconds + unit / 2) / unit;
    }

    /** With a capital first letter and small others. */
    static String capital(String word) {
        var small = word.toLowerCase(Locale.ROOT);
        return small.isEmpty() ? small : Character.toUpperCase(small.charAt(0)) + small.substring(1);
    }

    static String status(CertificateStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** The badge's class. */
    static String tone(CertificateStatus status) {
        return switch (status) {
            case ACTIVE -> "good";
            case EXPIRED -> "";
            case REVOKED -> "bad";
        };
    }

    /** {@code keyCompromise} as words. */
    static String reason(RevocationReason reason) {
        return reason.label().replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }

    /** A fingerprint in pairs. */
    static String pairs(String hexadecimal) {
        return hexadecimal.toUpperCase(Locale.ROOT).replaceAll("(..)(?!$)", "$1:");
    }
}
