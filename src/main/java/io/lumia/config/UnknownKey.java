package io.lumia.config;

import java.util.ArrayList;

/** What to say of a key that no record has. */
final class UnknownKey {
    private UnknownKey() {}

    static String sentence(String path, Schema.Block among, String key) {
        int last = path.length() - key.length();
        var siblings = among.keys().keySet().stream()
                .map(path.substring(0, last)::concat)
                .toList();
        var hint = Nearest.hint(path, siblings);
        return path + ": unknown key"
                + (hint.isEmpty()
                        ? "; expected " + String.join(", ", among.keys().keySet())
                        : hint);
    }

    /** For a dotted key or variable name; looks among all of them. */
    static String sentence(String written, java.util.Collection<String> all) {
        var hint = Nearest.hint(written, new ArrayList<>(all));
        return written + ": unknown key" + (hint.isEmpty() ? "; see ./lumia config show for the keys" : hint);
    }
}
