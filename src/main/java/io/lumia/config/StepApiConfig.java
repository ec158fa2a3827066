package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The HTTP API that the step CLI speaks; the {@code authority.step-api} block. */
public record StepApiConfig(
        String jwk,
        String x5c,
        Duration lifetime,
        @JsonProperty("provisioner-password-file") @Nullable Path provisionerPasswordFile,
        @JsonProperty("provisioner-password") @Nullable String provisionerPassword,
        @JsonProperty("x5c-roots-file") @Nullable Path x5cRootsFile,
        @JsonProperty("renewal-after-expiry") List<String> renewalAfterExpiry,
        Duration grace,
        @JsonProperty("jwk-names") NameRules jwkNames,
        @JsonProperty("x5c-names") NameRules x5cNames,
        SitesConfig sites) {
    public StepApiConfig {
        Check.that(jwk.matches("[A-Za-z0-9][A-Za-z0-9_-]*"), "jwk must consist of letters, digits, - and _");
        Check.that(x5c.matches("[A-Za-z0-9][A-Za-z0-9_-]*"), "x5c must consist of letters, digits, - and _");
        Check.that(
                new HashSet<>(List.of(jwk, x5c, sites.provisioner())).size() == 3,
                "jwk, x5c and sites.provisioner must be three different names, are '" + jwk + "', '" + x5c + "' and '"
                        + sites.provisioner() + "'");
        Check.positive("lifetime", lifetime);
        Check.notNegative("grace", grace);
        renewalAfterExpiry = List.copyOf(renewalAfterExpiry);
    }

    /** Which names the provisioner certifies; empty when it is none of these. */
    public Optional<NameRules> names(@Nullable String provisioner) {
        if (sites.provisioner().equals(provisioner)) {
            return Optional.of(sites.rules());
        }
        if (jwk.equals(provisioner)) {
            return Optional.of(jwkNames);
        }
        return x5c.equals(provisioner) ? Optional.of(x5cNames) : Optional.empty();
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "StepApiConfig[" + jwk + ", " + x5c + ", " + sites.provisioner() + "]";
    }
}
