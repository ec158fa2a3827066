package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;

/**
 * How the store stays bounded; the {@code store} block.
 *
 * @param purgeInterval between two purges; the first one comes right after the start
 */
public record StoreConfig(
        Retention retention, @JsonProperty("purge-interval") Duration purgeInterval) {
    public StoreConfig {
        Check.patience("purge-interval", purgeInterval);
    }

    /**
     * How long what is over is kept.
     *
     * @param certificates after their expiry
     * @param orders unfinished ones after their expiry, others after the expiry of their certificate
     * @param accounts after their deactivation
     * @param externalKeys those that nobody used, after they were made
     */
    public record Retention(
            Duration certificates,
            Duration orders,
            Duration accounts,
            @JsonProperty("external-keys") Duration externalKeys) {
        public Retention {
            Check.positive("certificates", certificates);
            Check.positive("orders", orders);
            Check.positive("accounts", accounts);
            Check.positive("external-keys", externalKeys);
        }
    }
}
