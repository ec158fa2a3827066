package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import io.lumia.x509.DeviceName;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The simulated devices; the {@code swarm} block.
 *
 * @param addressRange a CIDR range, or {@link #SHARED}
 * @param faults what goes wrong with some of them, under names of the operator's
 */
public record SwarmConfig(
        int devices,
        @JsonProperty("name-prefix") String namePrefix,
        @JsonProperty("address-range") String addressRange,
        @JsonProperty("telemetry-interval") Duration telemetryInterval,
        int qos,
        @JsonProperty("ramp-per-second") int rampPerSecond,
        SwarmLoad load,
        Map<String, FaultConfig> faults) {
    /** All devices use 127.0.0.1, or towards a provisioning service of another process the address that leads there. */
    public static final String SHARED = "shared";

    public SwarmConfig {
        Check.atLeast("devices", devices, 0);
        Check.that(
                namePrefix.matches("[a-z]([a-z0-9-]{0,50})?"),
                "name-prefix must be lower-case letters, digits and hyphens, is '" + namePrefix + "'");
        if (!addressRange.equals(SHARED)) {
            // network and broadcast address stay unused, and the first host is the application's
            var unused = AddressRange.parse(addressRange).nth(devices + 2L);
        }
        Check.positive("telemetry-interval", telemetryInterval);
        Check.that(qos >= 0 && qos <= 2, "qos must be 0, 1 or 2, is " + qos);
        Check.atLeast("ramp-per-second", rampPerSecond, 1);
        faults = Collections.unmodifiableMap(new LinkedHashMap<>(faults));
        for (String name : faults.keySet()) {
            Check.that(
                    name.matches("[A-Za-z0-9][A-Za-z0-9_-]*"),
                    "faults has the name '" + name + "'; use letters, digits, - and _");
        }
    }

    /** {@code dev-0001} for 1. */
    public DeviceName name(int number) {
        return new DeviceName(String.format(Locale.ROOT, "%s-%04d", namePrefix, number));
    }
}
