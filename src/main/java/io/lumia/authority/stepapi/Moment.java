package io.lumia.authority.stepapi;

import io.lumia.x509.Printable;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A time as step writes it: RFC 3339, or a Go duration that counts from another time ({@code 1h30m}, {@code -5m}). */
sealed interface Moment {
    record At(Instant time) implements Moment {}

    record After(Duration duration) implements Moment {}

    Pattern DURATION = Pattern.compile("[+-]?(\\d{1,9}(\\.\\d{1,9})?(ns|us|µs|ms|s|m|h))+");
    Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
    Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    /**
     * Empty for null and the empty text.
     *
     * @param member of the request, for the message
     * @throws StepRefusal when it is neither
     */
    static Optional<Moment> parse(String member, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        if (text.equals("0")) {
            return Optional.of(new After(Duration.ZERO));
        }
        try {
            if (DURATION.matcher(text).matches()) {
                return Optional.of(new After(duration(text)));
            }
            return Optional.of(new At(OffsetDateTime.parse(text).toInstant()));
        } catch (DateTimeException | ArithmeticException neither) {
            throw StepRefusal.badRequest(member + " is " + Printable.quoted(text)
                    + "; expected a time as 2030-01-31T12:00:00Z or a duration as 24h");
        }
    }

    default Instant from(Instant base) {
        if (this instanceof At at) {
            return at.time;
        }
        return base.plus(((After) this).duration);
    }

    /** As Go writes it: {@code 24h0m0s}. */
    static String text(Duration duration) {
        return duration.toHours() + "h" + duration.toMinutesPart() + "m" + duration.toSecondsPart() + "s";
    }

    private static Duration duration(String text) {
        var sum = BigDecimal.ZERO;
        var parts = PART.matcher(text);
        while (parts.find()) {
            var unit = BigDecimal.valueOf(NANOS.getOrDefault(parts.group(2), 0L));
            sum = sum.add(new BigDecimal(parts.group(1)).multiply(unit));
        }
        var duration = Duration.ofNanos(sum.toBigInteger().longValueExact());
        return text.startsWith("-") ? duration.negated() : duration;
    }
}
