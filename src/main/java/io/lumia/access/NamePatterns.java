package io.lumia.access;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names, with {@code *} for any characters. Compared exactly, case included: so are identities. */
public final class NamePatterns {
    private final List<String> written;
    private final List<Pattern> patterns;

    public NamePatterns(List<String> written) {
        this.written = List.copyOf(written);
        this.patterns = written.stream().map(NamePatterns::pattern).toList();
    }

    /**
     * One name or pattern a line; empty lines and those that begin with {@code #} say nothing.
     *
     * @throws IllegalArgumentException naming the line that is none, or saying that there is no name at all
     */
    public static NamePatterns parse(String text) {
        var names = new ArrayList<String>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            var name = line.strip();
            if (name.isEmpty() || name.startsWith("#")) {
                continue;
            }
            if (name.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
                throw new IllegalArgumentException("line " + number + ": a name has no spaces; write one name a line");
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("it names nobody; unset it to let everybody in");
        }
        return new NamePatterns(names);
    }

    public NamePatterns and(NamePatterns others) {
        var all = new ArrayList<>(written);
        all.addAll(others.written);
        return new NamePatterns(all);
    }

    public boolean isEmpty() {
        return written.isEmpty();
    }

    public boolean matches(String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    private static Pattern pattern(String written) {
        var parts = List.of(written.split("\\*", -1));
        return Pattern.compile(parts.stream().map(Pattern::quote).collect(Collectors.joining(".*")), Pattern.DOTALL);
    }
}
