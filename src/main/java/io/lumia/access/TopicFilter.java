package io.lumia.access;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An MQTT topic filter (MQTT 5, 4.7): levels between slashes, {@code +} for one level, {@code #} for the rest and the level above.
 *
 * @param text as the client wrote it
 * @param levels its parts between slashes
 */
public record TopicFilter(String text, List<String> levels) {
    /** More levels than anybody needs; a bound, because matching recurses by level. */
    public static final int MOST_LEVELS = 100;

    private static final int LONGEST = 65_535;

    /** @throws IllegalArgumentException saying which rule of MQTT 4.7 is broken */
    public static TopicFilter parse(String text) {
        check(text, "topic filter");
        var levels = List.of(text.split("/", -1));
        for (int i = 0; i < levels.size(); i++) {
            var level = levels.get(i);
            if (level.length() > 1 && (level.indexOf('+') >= 0 || level.indexOf('#') >= 0)) {
                throw new IllegalArgumentException("in a topic filter + and # stand alone between slashes");
            }
            if (level.equals("#") && i < levels.size() - 1) {
                throw new IllegalArgumentException("in a topic filter # is the last level");
            }
        }
        return new TopicFilter(text, levels);
    }

    /** Whether the text is a topic to publish to: not empty, no wildcards, no NUL, bounded. */
    public static boolean isTopic(String text) {
        try {
            check(text, "topic");
            return text.indexOf('+') < 0 && text.indexOf('#') < 0;
        } catch (IllegalArgumentException invalid) {
            return false;
        }
    }

    private static void check(String text, String what) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a " + what + " is not empty");
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a " + what + " has no NUL character");
        }
        if (text.length() > LONGEST / 3 && text.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new IllegalArgumentException("a " + what + " is at most " + LONGEST + " bytes long");
        }
        if (text.chars().filter(c -> c == '/').count() >= MOST_LEVELS) {
            throw new IllegalArgumentException("a " + what + " has at most " + MOST_LEVELS + " levels");
        }
    }

    public boolean hasWildcard() {
        return text.indexOf('+') >= 0 || text.indexOf('#') >= 0;
    }

    /** What every matching topic begins with: the text before the first wildcard level, without its slash. */
    public String fixedPrefix() {
        int plus = text.indexOf('+');
        int hash = text.indexOf('#');
        int wild = plus < 0 ? hash : hash < 0 ? plus : Math.min(plus, hash);
        return wild < 0 ? text : text.substring(0, Math.max(0, wild - 1));
    }

    /** Whether a message to this topic is for this filter; wildcards at the front do not match topics that begin with {@code $} (4.7.2). */
    public boolean matches(String topic) {
        if (topic.startsWith("$") && isWild(levels.get(0))) {
            return false;
        }
        int at = 0;
        for (int i = 0; i < levels.size(); i++) {
            var level = levels.get(i);
            if (level.equals("#")) {
                return true;
            }
            if (at > topic.length()) {
                return false;
            }
            int slash = topic.indexOf('/', at);
            int end = slash < 0 ? topic.length() : slash;
            boolean same = level.length() == end - at && topic.startsWith(level, at);
            if (!same && !level.equals("+")) {
                return false;
            }
            at = end + 1;
        }
        return at > topic.length();
    }

    /** Whether every topic that the other filter matches is matched by this one too. */
    public boolean covers(TopicFilter other) {
        if (other.text.startsWith("$") && isWild(levels.get(0))) {
            return false;
        }
        if (text.equals("+/#") && other.text.equals("#")) {
            return true;
        }
        for (int i = 0; i < levels.size(); i++) {
            var own = levels.get(i);
            if (own.equals("#")) {
                return true;
            }
            if (i >= other.levels.size()) {
                return false;
            }
            var asked = other.levels.get(i);
            if (asked.equals("#") || (!own.equals("+") && !own.equals(asked))) {
                return false;
            }
        }
        return levels.size() == other.levels.size();
    }

    /** Whether there is a topic that both match. */
    public boolean overlaps(TopicFilter other) {
        if ((other.text.startsWith("$") && isWild(levels.get(0)))
                || (text.startsWith("$") && isWild(other.levels.get(0)))) {
            return false;
        }
        int both = Math.min(levels.size(), other.levels.size());
        for (int i = 0; i < both; i++) {
            var own = levels.get(i);
            var others = other.levels.get(i);
            if (own.equals("#") || others.equals("#")) {
                return true;
            }
            if (!own.equals("+") && !others.equals("+") && !own.equals(others)) {
                return false;
            }
        }
        var longer = levels.size() > both ? levels : other.levels;
        return longer.size() == both
                || (longer.size() == both + 1 && longer.get(both).equals("#"));
    }

    private static boolean isWild(String level) {
        return level.equals("+") || level.equals("#");
    }

    @Override
    public String toString() {
        return text;
    }
}
