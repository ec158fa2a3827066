package io.lumia.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts between quotes in the program's source. */
final class SourceTexts {
    private static final Pattern TEXT = Pattern.compile("\"([A-Za-z][\\w.-]+)\"");
    private static final Set<String> ALL = read();

    private SourceTexts() {}

    static boolean hold(String text) {
        return ALL.contains(text);
    }

    /** Whether it is what a program that Lumia starts is told; some of these names are put together. */
    static boolean holdVariable(String name) {
        return hold(name) || hold(name.replaceFirst("^LUMIA_", "").toLowerCase(Locale.ROOT));
    }

    private static Set<String> read() {
        try (var files = Files.walk(Path.of("src", "main", "java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> TEXT.matcher(content(file)).results())
                    .map(found -> found.group(1))
                    .collect(Collectors.toSet());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
