package io.lumia.config;

import org.jspecify.annotations.Nullable;

/** The responder for the fleet's names; the {@code dns} block. */
public record DnsResponderConfig(String host, @Nullable Integer port) {
    public DnsResponderConfig {
        if (port != null) {
            Check.port("port", port);
        }
    }
}
