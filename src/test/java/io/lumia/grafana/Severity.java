package io.lumia.grafana;

import java.util.Locale;

/** How soon somebody has to look. */
enum Severity {
    /** Now: devices are cut off, or will be within hours. */
    CRITICAL,
    /** Today. */
    WARNING;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
