package io.lumia.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a secret is, never the secret itself: a file, or {@code env:NAME} for an environment variable.
 *
 * @param text as the configuration has it
 */
public record SecretSource(String text) {
    private static final String VARIABLE = "env:";

    public SecretSource {
        Check.that(!text.isBlank() && !text.equals(VARIABLE), "expected a file or env:NAME, is '" + text + "'");
    }

    public static SecretSource file(Path file) {
        return new SecretSource(file.toString());
    }

    /**
     * The secret without white space around it. Reads a file: blocks.
     *
     * @param key the setting, for messages
     * @throws IllegalArgumentException naming key, place and remedy
     */
    public String read(String key) {
        if (text.startsWith(VARIABLE)) {
            var name = text.substring(VARIABLE.length());
            var value = System.getenv(name);
            Check.that(value != null && !value.isBlank(), key + ": the environment variable " + name + " is not set");
            return String.valueOf(value).strip();
        }
        try {
            var value = Files.readString(Path.of(text)).strip();
            Check.that(!value.isEmpty(), key + " " + text + " is empty");
            return value;
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    key + " " + text + " cannot be read ("
                            + unreadable.getClass().getSimpleName()
                            + "); it must exist and belong to the user Lumia runs as",
                    unreadable);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
