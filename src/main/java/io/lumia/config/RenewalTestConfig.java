package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How it is proved that a server serves its new certificate; the block {@code test} of an instance.
 *
 * @param address of the TLS listener; null: nothing is proved
 * @param serverName by which the certificate is checked; null: the host of the address
 * @param mqtt whether a message is sent and received through it as well
 * @param clientCertFile what the test shows, leaf and intermediates; null: nothing
 * @param clientKeyFile its key
 * @param clientId of the MQTT client; null: {@code lumia-renewal-NAME}
 * @param topic that this client may write and read; null: {@code lumia/renewal/NAME}
 * @param timeout of the whole test
 */
public record RenewalTestConfig(
        @Nullable HostPort address,
        @JsonProperty("server-name") @Nullable String serverName,
        @Nullable Boolean mqtt,
        @JsonProperty("client-cert-file") @Nullable Path clientCertFile,
        @JsonProperty("client-key-file") @Nullable Path clientKeyFile,
        @JsonProperty("client-id") @Nullable String clientId,
        @Nullable String topic,
        Duration timeout) {
    public RenewalTestConfig {
        timeout = timeout == null ? Duration.ofSeconds(15) : timeout;
        Check.patience("timeout", timeout);
        Check.that(
                (clientCertFile == null) == (clientKeyFile == null),
                "client-cert-file and client-key-file belong together; one of them is missing");
        Check.that(
                topic == null || topic.matches("[^+#]+"), "topic must be one to publish to, without + and #: " + topic);
    }

    /** Whether a message is sent and received. */
    public boolean speaksMqtt() {
        return mqtt == null || mqtt;
    }
}
