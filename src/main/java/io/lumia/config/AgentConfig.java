package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.x509.Fingerprint;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What every identity of this process (application, devices) goes by; the {@code agent} block.
 *
 * @param rootFile holds the root that is pinned, PEM, in the place of its fingerprint
 */
public record AgentConfig(
        @JsonProperty("provisioning-url") @Nullable URI provisioningUrl,
        @JsonProperty("root-fingerprint") @Nullable Fingerprint rootFingerprint,
        @JsonProperty("root-file") @Nullable Path rootFile,
        @JsonProperty("http01-port") @Nullable Integer http01Port,
        Duration overlap,
        @JsonProperty("retry-first") Duration retryFirst,
        @JsonProperty("retry-longest") Duration retryLongest,
        @JsonProperty("step-timeout") Duration stepTimeout,
        @JsonProperty("keep-alive") Duration keepAlive,
        @JsonProperty("trust-window") Duration trustWindow,
        int threads,
        ClientTlsConfig tls) {
    public AgentConfig {
        Check.that(
                rootFingerprint == null || rootFile == null,
                "root-fingerprint and root-file both pin the root; set one of them");
        if (http01Port != null) {
            Check.port("http01-port", http01Port);
        }
        Check.notNegative("overlap", overlap);
        Check.positive("retry-first", retryFirst);
        Check.that(retryLongest.compareTo(retryFirst) >= 0, "retry-longest must not be shorter than retry-first");
        Check.patience("step-timeout", stepTimeout);
        Check.that(
                keepAlive.toSeconds() >= 1 && keepAlive.toSeconds() <= 65_535,
                "keep-alive must be from 1s to 65535s, is " + Durations.text(keepAlive));
        Check.notNegative("trust-window", trustWindow);
        Check.atLeast("threads", threads, 1);
    }
}
