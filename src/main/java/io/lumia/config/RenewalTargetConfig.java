package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a renewed certificate is installed; the block {@code target} of an instance.
 *
 * @param type null: mosquitto
 * @param certFile leaf and intermediates
 * @param keyFile of the leaf
 * @param chainFile the intermediates alone; null: nowhere
 * @param caFile the roots, for a server that verifies its clients by them; null: nowhere
 * @param owner user of files that are not there yet; null: that of this process
 * @param pidFile of a Mosquitto that is signalled
 * @param configFile checked before anything is changed; null: not checked
 * @param reloadCommand program and arguments; null: none
 * @param restartCommand for what a reload does not change; null: none
 * @param commandTimeout of either
 */
public record RenewalTargetConfig(
        Type type,
        @JsonProperty("cert-file") @Nullable Path certFile,
        @JsonProperty("key-file") @Nullable Path keyFile,
        @JsonProperty("chain-file") @Nullable Path chainFile,
        @JsonProperty("ca-file") @Nullable Path caFile,
        @Nullable String owner,
        @JsonProperty("pid-file") @Nullable Path pidFile,
        @JsonProperty("config-file") @Nullable Path configFile,

        @JsonProperty("reload-command") @Nullable List<String> reloadCommand,

        @JsonProperty("restart-command") @Nullable List<String> restartCommand,

        @JsonProperty("command-timeout") Duration commandTimeout) {
    /** What serves it. */
    public enum Type {
        MOSQUITTO,
        /** By its REST API, block {@code emqx}; the files are a copy for backups. */
        EMQX,
        FILES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RenewalTargetConfig {
        type = type == null ? Type.MOSQUITTO : type;
        commandTimeout = commandTimeout == null ? Duration.ofSeconds(30) : commandTimeout;
        Check.patience("command-timeout", commandTimeout);
        Check.that(reloadCommand == null || !reloadCommand.isEmpty(), "reload-command must name a program");
        Check.that(restartCommand == null || !restartCommand.isEmpty(), "restart-command must name a program");
        Check.that(certFile != null, "cert-file is needed for type " + type);
        Check.that(keyFile != null, "key-file is needed for type " + type);
        Check.that(type != Type.EMQX || caFile != null, "ca-file is needed for type emqx");
        Check.that(
                type != Type.MOSQUITTO || pidFile != null || reloadCommand != null,
                "pid-file or reload-command is needed for type mosquitto, or it would go on with the old certificate");
    }
}
