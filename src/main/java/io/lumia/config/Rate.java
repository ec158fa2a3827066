package io.lumia.config;

import io.lumia.x509.Printable;
import java.util.Map;
import java.util.regex.Pattern;

/** So many in a time, written {@code 5/s}, {@code 0.5/s}, {@code 30/m} or {@code 100/h}. */
public record Rate(double perSecond) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?)/([smh])");
    private static final Map<String, Integer> SECONDS = Map.of("s", 1, "m", 60, "h", 3600);
    private static final double MOST = 10_000;

    public Rate {
        if (!(perSecond > 0 && perSecond <= MOST)) {
            throw new IllegalArgumentException(
                    "expected a rate above 0 and up to " + (int) MOST + "/s, is " + perSecond + "/s");
        }
    }

    /** @throws IllegalArgumentException telling what was expected */
    public static Rate parse(String text) {
        var form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "expected a rate such as 5/s, 30/m or 100/h, is " + Printable.quoted(text));
        }
        return new Rate(Double.parseDouble(form.group(1)) / SECONDS.getOrDefault(form.group(2), 1));
    }
}
