package io.lumia.audit;

/**
 * Where the chain ends.
 *
 * @param sequence number of the last line; 0: no line yet
 * @param hash SHA-256 of the last line without its line feed, lower-case hexadecimal
 */
public record Head(long sequence, String hash) {
    static final Head NONE = new Head(0, "0".repeat(64));

    /** @throws IllegalArgumentException when the text is none that {@link #toString} wrote */
    public static Head parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a head of the audit chain is written NUMBER:HASH, is '" + text + "'");
        }
        return new Head(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
    }

    @Override
    public String toString() {
        return sequence + ":" + hash;
    }
}
