package io.lumia.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An ACL file in Mosquitto's format (mosquitto.conf(5), {@code acl_file}). A user's own lines decide before the patterns, and in each of the two a
 * {@code deny} before anything else.
 *
 * @param users lines by user
 * @param patterns lines for everybody, with {@code %c} and {@code %u}
 * @param forAnonymous how many lines stand before the first user: they are for clients without a name, of which there are none
 */
public record MosquittoAcl(Map<String, List<Line>> users, List<Line> patterns, int forAnonymous) {
    /** Without lines: decides nothing. */
    public static final MosquittoAcl NONE = new MosquittoAcl(Map.of(), List.of(), 0);

    private static final Pattern SPACES = Pattern.compile("\\s+");

    /** What a line gives, or takes away. */
    public enum Access {
        READ,
        WRITE,
        READWRITE,
        DENY;

        boolean gives(Access wanted) {
            return this == READWRITE || this == wanted;
        }
    }

    /** @param filter may hold {@code %c} and {@code %u} in a pattern */
    public record Line(Access access, String filter) {}

    /** Takes copies. */
    public MosquittoAcl {
        users = Map.copyOf(users);
        patterns = List.copyOf(patterns);
    }

    /** Whether the text looks like this format rather than YAML, by its first line that says something. */
    public static boolean isWrittenIn(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .findFirst()
                .map(line -> SPACES.split(line, 2)[0])
                .filter(word -> word.equals("topic") || word.equals("pattern") || word.equals("user"))
                .isPresent();
    }

    /** @throws IllegalArgumentException naming the line and what was expected there */
    public static MosquittoAcl parse(String text) {
        var users = new HashMap<String, List<Line>>();
        var patterns = new ArrayList<Line>();
        @Nullable String user = null;
        int anonymous = 0;
        int number = 0;
        for (String written : text.split("\n", -1)) {
            number++;
            var line = written.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var parts = SPACES.split(line, 2);
            var rest = parts.length < 2 ? "" : parts[1];
            try {
                switch (parts[0]) {
                    case "user" -> user = named(rest);
                    case "pattern" -> patterns.add(line(rest));
                    case "topic" -> {
                        var topic = line(rest);
                        if (user == null) {
                            anonymous++;
                        } else {
                            users.computeIfAbsent(user, first -> new ArrayList<>())
                                    .add(topic);
                        }
                    }
                    default ->
                        throw new IllegalArgumentException(
                                "begins with '" + parts[0] + "'; expected topic, pattern or user");
                }
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("line " + number + ": " + wrong.getMessage(), wrong);
            }
        }
        return new MosquittoAcl(users, patterns, anonymous);
    }

    private static String named(String rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("user without a name; write: user NAME");
        }
        return rest;
    }

    /** With one word it is the topic; with more, the first is the access. */
    private static Line line(String rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("no topic; write: topic [read|write|readwrite|deny] FILTER");
        }
        var parts = SPACES.split(rest, 2);
        var access = parts.length == 1 ? Access.READWRITE : access(parts[0]);
        var filter = parts.length == 1 ? parts[0] : parts[1];
        var unused = TopicFilter.parse(filter.replace("%c", "c").replace("%u", "u"));
        return new Line(access, filter);
    }

    private static Access access(String word) {
        return Stream.of(Access.values())
                .filter(access -> access.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "access '" + word + "'; expected read, write, readwrite or deny before the topic"));
    }

    /** What it says of one client. */
    AclSections sections(String identity, String clientId) {
        var own = new ArrayList<AclSections.Entry>();
        for (Line line : users.getOrDefault(identity, List.of())) {
            own.add(new AclSections.Entry(line.access, TopicFilter.parse(line.filter)));
        }
        var everybodys = new ArrayList<AclSections.Entry>();
        for (Line line : patterns) {
            TopicAcl.filled(line.filter, identity, clientId)
                    .ifPresent(filter -> everybodys.add(new AclSections.Entry(line.access, filter)));
        }
        return new AclSections(List.of(new AclSections.Section(own), new AclSections.Section(everybodys)));
    }
}
