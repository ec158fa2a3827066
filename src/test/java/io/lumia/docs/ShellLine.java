package io.lumia.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Command lines of ours within what stands in a block of code. */
final class ShellLine {
    private static final Pattern COMMAND = Pattern.compile(
            "(?:^|\\s|&&|\\$\\()(?:\\./lumia|/opt/lumia/lumia|java -jar target/lumia\\.jar)(?= |$)(.*)");

    private ShellLine() {}

    /** Each as arguments; lines that end in a backslash go on in the next. */
    static List<List<String>> commands(Page.Block block) {
        var commands = new ArrayList<List<String>>();
        for (String line : block.text().replaceAll("\\\\\n\\s*", " ").split("\n")) {
            of(line).ifPresent(commands::add);
        }
        return commands;
    }

    /** Nothing when it is no command of ours. */
    static Optional<List<String>> of(String line) {
        var found = COMMAND.matcher(line);
        return found.find() && !line.strip().startsWith("#") ? Optional.of(words(found.group(1))) : Optional.empty();
    }

    /** As far as a comment, a pipe, a redirection or the next command; what may be left out, {@code [FILE]}, is given. */
    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        char quote = 0;
        boolean any = false;
        for (char at : text.toCharArray()) {
            if (quote != 0) {
                if (at == quote) {
                    quote = 0;
                } else {
                    word.append(at);
                }
            } else if (at == '"' || at == '\'') {
                quote = at;
                any = true;
            } else if (Character.isWhitespace(at)) {
                add(words, word, any);
                any = false;
            } else if (";|&>)".indexOf(at) >= 0 || (at == '#' && word.isEmpty())) {
                break;
            } else {
                word.append(at);
            }
        }
        add(words, word, any);
        return words;
    }

    private static void add(List<String> words, StringBuilder word, boolean any) {
        var plain = word.toString().replaceAll("^\\[(.*)]$", "$1").replaceAll("^\\[|]$", "");
        if (any || !plain.isEmpty()) {
            words.add(plain);
        }
        word.setLength(0);
    }
}
