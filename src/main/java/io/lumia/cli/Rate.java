package io.lumia.cli;

import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How often something happens: {@code 50/s}, {@code 30/m}; a number alone means per second. */
record Rate(double perSecond) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(?:/(s|m|h))?");
    private static final Map<String, Double> SECONDS = Map.of("s", 1.0, "m", 60.0, "h", 3600.0);

    /** Reads it from the command line. */
    static final class Reader implements ITypeConverter<Rate> {
        @Override
        public Rate convert(String text) {
            var form = FORM.matcher(text.strip());
            if (!form.matches()) {
                throw new TypeConversionException("expected a rate such as 50/s, 30/m or 50, is '" + text + "'");
            }
            var unit = form.group(2) == null ? "s" : form.group(2);
            return new Rate(Double.parseDouble(form.group(1)) / SECONDS.getOrDefault(unit, 1.0));
        }
    }
}
