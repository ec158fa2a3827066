package io.lumia.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The demonstrations that can be played. */
enum Demonstration {
    BOOTSTRAP("First set-up and bootstrap"),
    NORMAL("Normal operation"),
    RENEWAL("Renewal during operation"),
    EXPIRY("Recovery from expiry");

    private final String title;

    Demonstration(String title) {
        this.title = title;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return title;
    }

    /** Beside those of the profile. */
    List<String> settings() {
        return this == EXPIRY ? List.of("lifetimes.device=30s", "lifetimes.server=30s", "agent.overlap=2s") : List.of();
    }

    /** {@code bootstrap, normal or renewal}, all of them. */
    static String labels() {
        var labels = Arrays.stream(values()).map(Demonstration::label).toList();
        int last = labels.size() - 1;
        return String.join(", ", labels.subList(0, last)) + " or " + labels.get(last);
    }
}
