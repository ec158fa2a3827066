package io.lumia.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The rules that Lumia brings, but alerts of minutes are active after seconds. Those of hours, and those of a system that is gone, stay. */
public final class QuickRules {
    private static final Path RULES = Path.of("grafana", "prometheus");
    private static final String PRESENCE = "- name: lumia-presence";
    private static final Pattern MINUTES = Pattern.compile("for: \\d+m");

    private QuickRules() {}

    /** Writes them; returns where. */
    public static Path in(Path directory) throws IOException {
        var quick = Files.createDirectory(directory.resolve("quick-rules"));
        Files.copy(RULES.resolve("recordings.yml"), quick.resolve("recordings.yml"));
        var alerts = Files.readString(RULES.resolve("alerts.yml"));
        int presence = alerts.indexOf(PRESENCE);
        int others = alerts.indexOf("  - name:", presence + PRESENCE.length());
        Files.writeString(
                quick.resolve("alerts.yml"),
                alerts.substring(0, others)
                        + MINUTES.matcher(alerts.substring(others)).replaceAll("for: 2s"));
        return quick;
    }
}
