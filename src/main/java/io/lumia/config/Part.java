package io.lumia.config;

import java.util.Locale;

/** What a process can run. */
public enum Part {
    AUTHORITY,
    PROVISIONING,
    BROKER,
    MOSQUITTO,
    APP,
    SWARM,
    RENEWAL,
    EXPIRY,
    WEB,
    METRICS;

    /** The name in configuration and log. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
