package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The process that runs the authority, for one that does not; the {@code upstream} block. */
public record UpstreamConfig(
        @Nullable URI url,
        @Nullable String token,
        @JsonProperty("token-file") @Nullable Path tokenFile,
        @JsonProperty("ca-file") @Nullable Path caFile) {
    public UpstreamConfig {
        if (url != null) {
            boolean secure = "https".equals(url.getScheme());
            boolean loopback = url.getHost() != null && url.getHost().matches("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
            Check.that(
                    secure || ("http".equals(url.getScheme()) && loopback),
                    "url must be https, or http on this machine, since it carries the admin token; is " + url);
            Check.that(token != null || tokenFile != null, "url needs token (LUMIA_UPSTREAM_TOKEN) or token-file");
        }
    }

    @Override
    public String toString() {
        return "UpstreamConfig[" + url + "]";
    }
}
