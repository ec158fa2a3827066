package io.lumia.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One page of the documentation, as far as tests look at it. */
record Page(Path file, List<String> prose, List<Block> blocks) {
    private static final Pattern FENCE = Pattern.compile("^\\s*```(.*)$");
    private static final Pattern LINK =
            Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)|(?:src|srcset|href)=\"([^\"\\s]+)\"");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /**
     * A piece of code.
     *
     * @param kind what stands behind the fence: {@code yaml}; of indented lines nothing
     */
    record Block(String kind, List<String> lines) {
        String text() {
            return String.join("\n", lines) + "\n";
        }
    }

    /** README and whatever is Markdown below {@code docs}, {@code deploy} and {@code compose}. */
    static List<Page> all() {
        var files = new ArrayList<Path>();
        files.add(Path.of("README.md"));
        for (String folder : List.of("docs", "deploy", "compose")) {
            if (Files.isDirectory(Path.of(folder))) {
                files.addAll(below(Path.of(folder)));
            }
        }
        return files.stream().map(Page::read).toList();
    }

    private static List<Path> below(Path folder) {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static Page read(Path file) {
        var prose = new ArrayList<String>();
        var blocks = new ArrayList<Block>();
        List<String> open = null;
        for (String line : lines(file)) {
            var fence = FENCE.matcher(line);
            if (fence.matches()) {
                if (open == null) {
                    open = new ArrayList<>();
                    blocks.add(new Block(fence.group(1).strip(), open));
                } else {
                    open = null;
                }
            } else if (open != null) {
                open.add(line);
            } else if (line.startsWith("    ")) {
                blocks.add(new Block("", List.of(line.strip())));
            } else {
                prose.add(line);
            }
        }
        return new Page(file, prose, blocks);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Targets of links and pictures, as written. */
    List<String> links() {
        return prose.stream()
                .map(line -> CODE.matcher(line).replaceAll("code"))
                .flatMap(line -> LINK.matcher(line).results())
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .toList();
    }

    /** What stands between backquotes within a line. */
    List<String> codes() {
        return prose.stream()
                .flatMap(line -> CODE.matcher(line).results())
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    /** What its headings are linked by; equal ones are counted, as GitHub does. */
    Set<String> anchors() {
        var seen = new HashMap<String, Integer>();
        var anchors = new HashSet<String>();
        for (String line : prose) {
            if (line.matches("#{1,6} .*")) {
                var words = line.replaceFirst("#+ ", "").replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1");
                var anchor = Markdown.anchor(words.replace("`", ""));
                int before = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? anchor : anchor + "-" + before);
            }
        }
        return anchors;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
