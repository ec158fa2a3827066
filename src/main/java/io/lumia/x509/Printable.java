package io.lumia.x509;

/** Text from outside, made fit for a log line or an error message: no control characters, bounded length. */
public final class Printable {
    private static final int LONGEST = 100;

    private Printable() {}

    /** The text in single quotes, control characters as {@code \\uXXXX}, cut after 100 characters. */
    public static String quoted(String text) {
        return quoted(text, LONGEST);
    }

    /** The same, cut after so many characters: for what another program has to say at length. */
    public static String quoted(String text, int longest) {
        var printable = new StringBuilder("'");
        text.codePoints().limit(longest).forEach(c -> {
            if (Character.isISOControl(c) || c == '\'' || c == '\\' || Character.getType(c) == Character.FORMAT) {
                printable.append(String.format("\\u%04x", c));
            } else {
                printable.appendCodePoint(c);
            }
        });
        return printable
                .append(text.codePointCount(0, text.length()) > longest ? "…'" : "'")
                .toString();
    }
}
