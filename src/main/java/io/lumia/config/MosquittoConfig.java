package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.x509.DeviceName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real Mosquitto as the fleet's broker; the {@code mosquitto} block. */
public record MosquittoConfig(
        DeviceName name,
        @JsonProperty("acl-file") @Nullable Path aclFile,
        @JsonProperty("crl-file") @Nullable Path crlFile,
        @JsonProperty("crl-interval") Duration crlInterval,
        @JsonProperty("pid-file") @Nullable Path pidFile,
        @JsonProperty("restart-command") List<String> restartCommand,
        Duration timeout) {
    public MosquittoConfig {
        restartCommand = List.copyOf(restartCommand);
        Check.positive("crl-interval", crlInterval);
        Check.patience("timeout", timeout);
    }
}
