package io.lumia.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What the source says of a configuration record's components. */
final class RecordComments {
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Pattern PARAMETER = Pattern.compile("@param (\\w+) ((?:(?!@param).)*)", Pattern.DOTALL);

    private RecordComments() {}

    /** Meaning by component; components without a {@code @param} are not in it. */
    static Map<String, String> of(Class<?> type) {
        var outermost = type;
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        var text = read(SOURCES.resolve(outermost.getName().replace('.', '/') + ".java"));
        var begin = text.indexOf("record " + type.getSimpleName() + "(");
        var comment = text.lastIndexOf("/**", begin);
        var meanings = new TreeMap<String, String>();
        if (comment >= 0) {
            PARAMETER
                    .matcher(text.substring(comment, text.indexOf("*/", comment)))
                    .results()
                    .forEach(found -> meanings.put(found.group(1), plain(found.group(2))));
        }
        return meanings;
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("\\s*\\n\\s*\\*\\s*", " ")
                .replaceAll("\\{@code ([^}]*)}", "`$1`")
                .replaceAll("\\{@link #?([^}]*)}", "$1")
                .replaceAll("\\bnull( or empty)?:", "empty:")
                .strip();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
