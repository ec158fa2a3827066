package io.lumia.config;

import io.lumia.x509.Printable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 24h}, {@code 30m}, {@code 90s}, {@code 500ms}, {@code 7d}, {@code 1h30m} or ISO-8601. */
public final class Durations {
    /** The pattern recurses for each part. */
    private static final int LONGEST = 100;

    private static final Pattern WHOLE = Pattern.compile("(\\d+(ms|s|m|h|d))+");
    private static final Pattern PART = Pattern.compile("(\\d+)(ms|s|m|h|d)");

    private Durations() {}

    /** @throws IllegalArgumentException when the text is no duration */
    public static Duration parse(String text) {
        var trimmed = text.strip();
        try {
            if (trimmed.startsWith("P") || trimmed.startsWith("-P")) {
                return Duration.parse(trimmed);
            }
            if (trimmed.length() <= LONGEST && WHOLE.matcher(trimmed).matches()) {
                return PART.matcher(trimmed)
                        .results()
                        .map(part -> Duration.of(Long.parseLong(part.group(1)), unit(part.group(2))))
                        .reduce(Duration.ZERO, Duration::plus);
            }
        } catch (DateTimeException | ArithmeticException | NumberFormatException notADuration) {
            // told below
        }
        throw new IllegalArgumentException(
                "expected a duration such as 24h, 30m, 90s or PT1H, is " + Printable.quoted(text));
    }

    /** The shortest spelling that {@link #parse} reads back. */
    public static String text(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        if (duration.isNegative() || duration.toNanosPart() % 1_000_000 != 0) {
            return duration.toString();
        }
        if (duration.toHours() >= 24 && duration.equals(Duration.ofHours(duration.toHours()))) {
            return duration.toHours() + "h";
        }
        var text = new StringBuilder();
        part(text, duration.toHours(), "h");
        part(text, duration.toMinutesPart(), "m");
        part(text, duration.toSecondsPart(), "s");
        part(text, duration.toMillisPart(), "ms");
        return text.toString();
    }

    private static void part(StringBuilder text, long amount, String unit) {
        if (amount > 0) {
            text.append(amount).append(unit);
        }
    }

    private static ChronoUnit unit(String suffix) {
        return switch (suffix) {
            case "ms" -> ChronoUnit.MILLIS;
            case "s" -> ChronoUnit.SECONDS;
            case "m" -> ChronoUnit.MINUTES;
            case "h" -> ChronoUnit.HOURS;
            default -> ChronoUnit.DAYS;
        };
    }
}
