package io.lumia.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What a backup is of; its first entry.
 *
 * @param madeAt when it was begun
 * @param source the directory's path then
 * @param notes what is left out, for people
 */
public record Manifest(Kind kind, Instant madeAt, String source, List<String> notes) {
    static final String ENTRY = "manifest.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Whose directory it is. */
    public enum Kind {
        LUMIA,
        STEP_CA;

        /** The name in the manifest and for people. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Kind of(String label) throws IOException {
            for (Kind kind : values()) {
                if (kind.label().equals(label)) {
                    return kind;
                }
            }
            throw new IOException("a backup of '" + label + "' is not known to this version");
        }
    }

    public Manifest {
        notes = List.copyOf(notes);
    }

    byte[] json() throws IOException {
        var tree = JSON.createObjectNode()
                .put("kind", kind.label())
                .put("madeAt", madeAt.toString())
                .put("source", source);
        var list = tree.putArray("notes");
        notes.forEach(list::add);
        return JSON.writeValueAsBytes(tree);
    }

    static Manifest parse(byte[] json) throws IOException {
        var tree = JSON.readTree(json);
        var notes = new java.util.ArrayList<String>();
        tree.path("notes").forEach(note -> notes.add(note.asText()));
        return new Manifest(
                Kind.of(tree.path("kind").asText()),
                Instant.parse(tree.path("madeAt").asText()),
                tree.path("source").asText(),
                notes);
    }
}
