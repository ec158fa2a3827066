package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A real step-ca in the place of the embedded authority; the {@code step-ca} block. */
public record StepCaAuthorityConfig(
        @Nullable URI url,
        @JsonProperty("root-file") @Nullable Path rootFile,
        String provisioner,
        @JsonProperty("provisioner-key-file") @Nullable Path provisionerKeyFile,
        @JsonProperty("provisioner-password") @Nullable String provisionerPassword,
        @JsonProperty("provisioner-password-file") @Nullable Path provisionerPasswordFile,
        @JsonProperty("acme-provisioner") String acmeProvisioner,
        Duration timeout) {
    public StepCaAuthorityConfig {
        Check.patience("timeout", timeout);
        if (url != null) {
            Check.that(
                    "https".equals(url.getScheme()) && url.getHost() != null,
                    "url must be such as https://ca.example.org:9000, is " + url);
            Check.that(rootFile != null, "url needs root-file, the root certificate with which the CA is verified");
            Check.that(
                    provisionerKeyFile != null || provisionerPassword != null || provisionerPasswordFile != null,
                    "url needs provisioner-password-file (or LUMIA_STEP_CA_PROVISIONER_PASSWORD), the password of the"
                            + " provisioner's key");
        }
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "StepCaAuthorityConfig[" + url + ", " + provisioner + "]";
    }
}
