package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The provisioning service; the {@code provisioning} block.
 *
 * @param offAfter zero: no timer
 * @param whitelist addresses, CIDR ranges, or {@link #SWARM}
 */
public record ProvisioningConfig(
        String host,
        int port,
        boolean enabled,
        @JsonProperty("off-after") Duration offAfter,
        List<String> whitelist,
        @JsonProperty("requests-per-minute") int requestsPerMinute,
        int burst,
        @JsonProperty("trusted-proxies") List<AddressRange> trustedProxies) {
    /** Whitelist entry that stands for the simulated devices of this process. */
    public static final String SWARM = "swarm";

    public ProvisioningConfig {
        Check.port("port", port);
        Check.notNegative("off-after", offAfter);
        Check.atLeast("requests-per-minute", requestsPerMinute, 1);
        Check.atLeast("burst", burst, 1);
        whitelist = List.copyOf(whitelist);
        for (String entry : whitelist) {
            if (!entry.equals(SWARM)) {
                var unused = AddressRange.parse(entry);
            }
        }
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** The same with {@link #SWARM} replaced by these ranges. */
    public ProvisioningConfig withSwarm(List<AddressRange> swarm) {
        var resolved = whitelist.stream()
                .flatMap(entry -> entry.equals(SWARM) ? swarm.stream().map(AddressRange::toString) : Stream.of(entry))
                .distinct()
                .toList();
        return new ProvisioningConfig(
                host, port, enabled, offAfter, resolved, requestsPerMinute, burst, trustedProxies);
    }
}
