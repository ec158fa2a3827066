package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ACME server of the embedded CA; the {@code authority.acme} block. */
public record AcmeConfig(
        @JsonProperty("http01-port") int http01Port,
        @Nullable HostPort resolver,
        @JsonProperty("allowed-networks") List<AddressRange> allowedNetworks,
        @JsonProperty("bind-fleet-names") boolean bindFleetNames,
        @JsonProperty("order-lifetime") Duration orderLifetime,
        @JsonProperty("validation-timeout") Duration validationTimeout,
        @JsonProperty("validation-tries") int validationTries,
        Map<String, Provisioner> provisioners) {
    public AcmeConfig {
        Check.port("http01-port", http01Port);
        allowedNetworks = List.copyOf(allowedNetworks);
        Check.positive("order-lifetime", orderLifetime);
        Check.patience("validation-timeout", validationTimeout);
        Check.atLeast("validation-tries", validationTries, 1);
        Check.that(!provisioners.isEmpty(), "provisioners must hold at least one");
        for (String name : provisioners.keySet()) {
            Check.that(
                    name.matches("[A-Za-z0-9][A-Za-z0-9_-]*"),
                    "provisioners has the name '" + name + "'; use letters, digits, - and _");
        }
        provisioners = Collections.unmodifiableMap(new LinkedHashMap<>(provisioners));
    }

    /** The same with these networks allowed too. */
    public AcmeConfig allowing(List<AddressRange> more) {
        var networks = Stream.concat(allowedNetworks.stream(), more.stream())
                .distinct()
                .toList();
        return new AcmeConfig(
                http01Port,
                resolver,
                networks,
                bindFleetNames,
                orderLifetime,
                validationTimeout,
                validationTries,
                provisioners);
    }

    /** @param lifetime of what it issues; null: that of the profile */
    public record Provisioner(@Nullable Duration lifetime) {}
}
