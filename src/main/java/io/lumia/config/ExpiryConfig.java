package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The expiry monitor; the {@code expiry} block.
 *
 * @param probeTimeout how long one look at an endpoint may take
 * @param watch files, endpoints and ACME directories beside our own certificates, by name
 */
public record ExpiryConfig(
        Duration interval,
        Duration warning,
        Duration critical,
        @JsonProperty("probe-timeout") Duration probeTimeout,
        Map<String, WatchConfig> watch,
        HooksConfig hooks) {
    public ExpiryConfig {
        Check.positive("interval", interval);
        Check.positive("warning", warning);
        Check.positive("critical", critical);
        Check.that(warning.compareTo(critical) >= 0, "warning must not be shorter than critical");
        Check.patience("probe-timeout", probeTimeout);
        for (String name : watch.keySet()) {
            Check.that(
                    name.matches("[A-Za-z0-9][A-Za-z0-9._-]*"),
                    "watch has the name '" + name + "'; use letters, digits, dots, - and _");
        }
        watch = Collections.unmodifiableMap(new LinkedHashMap<>(watch));
    }

    /** With other thresholds, which are judged already. */
    public ExpiryConfig withThresholds(Duration otherWarning, Duration otherCritical) {
        return new ExpiryConfig(interval, otherWarning, otherCritical, probeTimeout, watch, hooks);
    }
}
