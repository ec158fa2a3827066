package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When certificates are renewed; the {@code renewal} block.
 *
 * @param remainingLifetime share of the lifetime left at the latest
 * @param renewBefore takes the place of the share when set
 * @param spread share of the lifetime over which renewals are spread
 * @param restartPause between two brokers that have to restart
 * @param alertCommand program and arguments, run when an instance was not renewed; empty: none
 * @param alertWebhook gets a POST with JSON then; null: nobody
 * @param instances servers of others whose certificates are renewed, by name
 */
public record RenewalConfig(
        @JsonProperty("remaining-lifetime") double remainingLifetime,
        @JsonProperty("renew-before") @Nullable Duration renewBefore,
        double spread,
        @JsonProperty("check-interval") Duration checkInterval,
        @JsonProperty("restart-pause") Duration restartPause,
        @JsonProperty("alert-command") List<String> alertCommand,
        @JsonProperty("alert-webhook") @Nullable URI alertWebhook,
        Map<String, RenewalInstanceConfig> instances) {
    /** Without instances. */
    public RenewalConfig(
            double remainingLifetime, @Nullable Duration renewBefore, double spread, Duration checkInterval) {
        this(remainingLifetime, renewBefore, spread, checkInterval, Duration.ZERO, List.of(), null, Map.of());
    }

    public RenewalConfig {
        Check.that(
                remainingLifetime > 0 && remainingLifetime < 1,
                "remaining-lifetime must be between 0 and 1, is " + remainingLifetime);
        if (renewBefore != null) {
            Check.positive("renew-before", renewBefore);
        }
        Check.that(
                spread >= 0 && spread + remainingLifetime < 1,
                "spread must be from 0 to less than 1 - remaining-lifetime, is " + spread);
        Check.positive("check-interval", checkInterval);
        Check.notNegative("restart-pause", restartPause);
        alertCommand = List.copyOf(alertCommand);
        for (String name : instances.keySet()) {
            Check.that(
                    name.matches("[A-Za-z0-9][A-Za-z0-9_-]*"),
                    "instances has the name '" + name + "'; use letters, digits, - and _");
        }
        instances = Collections.unmodifiableMap(new LinkedHashMap<>(instances));
    }

    /** The same with this program run when an instance was not renewed. */
    public RenewalConfig alerting(List<String> command) {
        return new RenewalConfig(
                remainingLifetime, renewBefore, spread, checkInterval, restartPause, command, alertWebhook, instances);
    }
}
