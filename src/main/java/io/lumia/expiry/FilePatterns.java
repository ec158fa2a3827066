package io.lumia.expiry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files by a pattern such as {@code /etc/ssl/*.pem}. Blocks. */
final class FilePatterns {
    private static final int DEEPEST = 12;
    private static final String SPECIAL = "*?[{";

    private FilePatterns() {}

    /** In order of their names. A path that exists stands for itself, whatever characters it has. */
    static List<Path> files(String pattern) throws CannotLook {
        var literal = Path.of(pattern);
        if (Files.exists(literal) || !isPattern(pattern)) {
            return List.of(literal);
        }
        var base = base(pattern);
        if (!Files.isDirectory(base)) {
            throw new CannotLook("there is no directory " + base);
        }
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        int depth = pattern.contains("**") ? DEEPEST : literal.getNameCount() - base.getNameCount() + 1;
        try (var all = Files.find(
                base,
                depth,
                (path, attributes) -> attributes.isRegularFile() && matcher.matches(path),
                FileVisitOption.FOLLOW_LINKS)) {
            var found = all.sorted().toList();
            if (found.isEmpty()) {
                throw new CannotLook("no file matches");
            }
            return found;
        } catch (IOException | UncheckedIOException unreadable) {
            throw new CannotLook("the directory " + base + " cannot be read", unreadable);
        }
    }

    private static boolean isPattern(String text) {
        return text.chars().anyMatch(character -> SPECIAL.indexOf(character) >= 0);
    }

    /** The part before the first special character, up to its last slash. */
    private static Path base(String pattern) {
        int first = 0;
        while (SPECIAL.indexOf(pattern.charAt(first)) < 0) {
            first++;
        }
        int slash = pattern.lastIndexOf('/', first);
        return Path.of(slash < 0 ? "" : slash == 0 ? "/" : pattern.substring(0, slash));
    }
}
