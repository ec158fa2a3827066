package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Certificates for sites, whose brokers bridge to this one; the {@code authority.step-api.sites} block.
 *
 * @param provisioner whose tokens are signed with the sites' provisioner key
 * @param passwordFile of that key; null: it has the password of the other one
 * @param names that it certifies, in the form of {@link NameRules}; empty: all
 */
public record SitesConfig(
        String provisioner,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        List<String> names) {
    public SitesConfig {
        Check.that(
                provisioner.matches("[A-Za-z0-9][A-Za-z0-9_-]*"),
                "provisioner must consist of letters, digits, - and _");
        names = new NameRules(names, null, null, null).allowDns();
    }

    NameRules rules() {
        return new NameRules(names, null, null, null);
    }
}
