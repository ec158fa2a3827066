package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An EMQX 5 that hears of revocations and gets certificates; the {@code emqx} block.
 *
 * @param url of its REST API, without /api/v5; null: there is none
 * @param listener {@code ssl:NAME}
 */
public record EmqxConfig(
        @Nullable URI url,
        @JsonProperty("api-key") @Nullable String apiKey,
        @JsonProperty("api-secret") @Nullable String apiSecret,
        @JsonProperty("api-secret-file") @Nullable Path apiSecretFile,
        @JsonProperty("ca-file") @Nullable Path caFile,
        String listener) {
    /** There is none. */
    public static final EmqxConfig NONE = new EmqxConfig(null, null, null, null, null, "ssl:default");

    public EmqxConfig {
        Check.that(listener.matches("ssl:[A-Za-z][A-Za-z0-9_-]*"), "listener must be ssl:NAME, is '" + listener + "'");
        if (url != null) {
            boolean secure = "https".equals(url.getScheme());
            boolean loopback = url.getHost() != null && url.getHost().matches("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
            Check.that(
                    secure || ("http".equals(url.getScheme()) && loopback),
                    "url must be https, or http on this machine, since it carries the API key; is " + url);
            Check.that(
                    apiKey != null && (apiSecret != null || apiSecretFile != null),
                    "url needs api-key, and api-secret (LUMIA_EMQX_API_SECRET) or api-secret-file");
        }
    }

    /** Never shows the secret. */
    @Override
    public String toString() {
        return "EmqxConfig[" + url + "]";
    }
}
