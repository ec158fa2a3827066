package io.lumia.cli;

import java.util.Locale;

/** The demonstrations that can be played. */
enum Demonstration {
    BOOTSTRAP("First set-up and bootstrap"),
    NORMAL("Normal operation"),
    RENEWAL("Renewal during operation");

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
}
