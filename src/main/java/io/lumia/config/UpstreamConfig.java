package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The process that runs the authority, for one that does not; the {@code upstream} block.
 *
 * @param url of several nodes, where there are: one is asked until it fails
 */
public record UpstreamConfig(
        @Nullable NodeAddresses url,
        @Nullable String token,
        @JsonProperty("token-file") @Nullable Path tokenFile,
        @JsonProperty("ca-file") @Nullable Path caFile) {
    public UpstreamConfig {
        if (url != null) {
            Check.that(
                    url.all().stream().allMatch(UpstreamConfig::keepsTheToken),
                    "url must be https, or http on this machine, since it carries the admin token; is " + url);
            Check.that(token != null || tokenFile != null, "url needs token (LUMIA_UPSTREAM_TOKEN) or token-file");
        }
    }

    private static boolean keepsTheToken(URI node) {
        return "https".equals(node.getScheme()) || node.getHost().matches("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
    }

    @Override
    public String toString() {
        return "UpstreamConfig[" + url + "]";
    }
}
