package io.lumia.expiry;

import io.lumia.lifecycle.ExpiryLevel;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a look at something ended with, and the exit code that says so to cron, systemd and monitoring systems. */
public enum Verdict {
    HEALTHY(0),
    WARNING(1),
    CRITICAL(2),
    /** It could not be looked at. */
    UNKNOWN(3);

    /** What cannot be seen is graver than a warning: it may be anything. */
    private static final List<Verdict> BY_GRAVITY = List.of(HEALTHY, WARNING, UNKNOWN, CRITICAL);

    private final int exitCode;

    Verdict(int exitCode) {
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }

    /** The name in tables, JSON, logs and hooks. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The graver of the two. */
    public Verdict or(Verdict other) {
        return BY_GRAVITY.indexOf(other) > BY_GRAVITY.indexOf(this) ? other : this;
    }

    /** The gravest; healthy when there is none. */
    public static Verdict of(Collection<Finding> findings) {
        return findings.stream()
                .map(Finding::verdict)
                .max(Comparator.comparingInt(BY_GRAVITY::indexOf))
                .orElse(HEALTHY);
    }

    static Verdict of(ExpiryLevel level) {
        return switch (level) {
            case HEALTHY -> HEALTHY;
            case WARNING -> WARNING;
            case CRITICAL, EXPIRED -> CRITICAL;
        };
    }
}
