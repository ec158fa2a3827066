package io.lumia.docs;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Short words for pages of Markdown. */
final class Markdown {
    private final StringBuilder text = new StringBuilder();

    /** A page that says that it is generated. */
    Markdown(String title) {
        line("# " + title).line("");
        line("<!-- " + Reference.GENERATED + " -->").line("");
    }

    Markdown line(String line) {
        text.append(line).append('\n');
        return this;
    }

    Markdown paragraph(String paragraph) {
        return line(paragraph).line("");
    }

    Markdown heading(int level, String heading) {
        return line("#".repeat(level) + " " + heading).line("");
    }

    Markdown code(String code) {
        return line("```").line(code.stripTrailing()).line("```").line("");
    }

    /** Nothing when there are no rows. */
    Markdown table(List<String> heads, List<List<String>> rows) {
        if (!rows.isEmpty()) {
            row(heads);
            row(heads.stream().map(head -> "---").toList());
            rows.forEach(this::row);
            line("");
        }
        return this;
    }

    private void row(List<String> cells) {
        line(cells.stream().map(Markdown::cell).collect(Collectors.joining(" | ", "| ", " |")));
    }

    private static String cell(String text) {
        return text.replace("\n", " ").replace("|", "\\|").strip();
    }

    /** As code; nothing stays nothing. */
    static String quoted(String code) {
        return code.isEmpty() ? "" : "`" + code + "`";
    }

    /** What a heading is linked by, as GitHub and GitLab make it. */
    static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    static String joined(String... parts) {
        return Arrays.stream(parts).filter(part -> !part.isEmpty()).collect(Collectors.joining(" "));
    }

    @Override
    public String toString() {
        return text.toString().stripTrailing() + "\n";
    }
}
