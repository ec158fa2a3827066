package io.lumia.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The rules that Lumia brings, but alerts of minutes are active after seconds; those of hours stay. */
public final class QuickRules {
    private static final Path RULES = Path.of("grafana", "prometheus");
    private static final String PRESENCE = "- name: lumia-presence";
    private static final Pattern MINUTES = Pattern.compile("for: \\d+m");

    private QuickRules() {}

    /** Those of a system that is gone stay slow, so that it may start while Prometheus looks. @return where they are */
    public static Path in(Path directory) throws IOException {
        var alerts = Files.readString(RULES.resolve("alerts.yml"));
        int presence = alerts.indexOf(PRESENCE);
        int others = alerts.indexOf("  - name:", presence + PRESENCE.length());
        return written(directory, alerts.substring(0, others) + quick(alerts.substring(others)));
    }

    /** Those of a system that is gone as well. @return where they are */
    public static Path allIn(Path directory) throws IOException {
        return written(directory, quick(Files.readString(RULES.resolve("alerts.yml"))));
    }

    private static String quick(String alerts) {
        return MINUTES.matcher(alerts).replaceAll("for: 4s");
    }

    private static Path written(Path directory, String alerts) throws IOException {
        var quick = Files.createDirectory(directory.resolve("quick-rules"));
        Files.copy(RULES.resolve("recordings.yml"), quick.resolve("recordings.yml"));
        Files.writeString(quick.resolve("alerts.yml"), alerts);
        return quick;
    }
}
