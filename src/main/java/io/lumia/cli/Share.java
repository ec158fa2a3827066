package io.lumia.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A part of a whole: {@code 5%} or {@code 0.05}.
 *
 * @param value from 0 to 1
 */
record Share(double value) {
    /** Reads it from the command line. */
    static final class Reader implements ITypeConverter<Share> {
        @Override
        public Share convert(String text) {
            var number = text.strip();
            boolean percent = number.endsWith("%");
            try {
                double read = Double.parseDouble(percent ? number.substring(0, number.length() - 1) : number);
                double share = percent ? read / 100 : read;
                if (share >= 0 && share <= 1) {
                    return new Share(share);
                }
            } catch (NumberFormatException noNumber) {
                // told below
            }
            throw new TypeConversionException("expected a share such as 5% or 0.05, is '" + text + "'");
        }
    }
}
