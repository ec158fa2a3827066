package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How TXT records for dns-01 get into the DNS; a block {@code dns} beside {@code challenge-type: dns-01}. Every key may be left out.
 *
 * @param provider null: {@code rfc2136} when there is a server, {@code exec} when there is a command, otherwise {@code manual}
 * @param server takes dynamic updates (RFC 2136), {@code HOST:PORT}
 * @param zone that is updated; null: the zone of the name, asked of the server
 * @param tsigName name of the key (RFC 8945); null: updates are not signed
 * @param tsigAlgorithm {@code hmac-sha256} and the like
 * @param tsigSecretFile the key, base64
 * @param command program and arguments for {@code exec}; action, record name and value are added
 * @param commandTimeout of one run
 * @param resolver asked whether the record is seen; null: the server, or the servers of the name's zone
 * @param propagationTimeout how long to wait for the record
 * @param propagationInterval between two questions
 * @param settle after the record was seen, for servers that were not asked
 * @param ttl of the record
 */
public record DnsConfig(
        Provider provider,
        @Nullable HostPort server,
        @Nullable String zone,
        @JsonProperty("tsig-name") @Nullable String tsigName,
        @JsonProperty("tsig-algorithm") String tsigAlgorithm,

        @JsonProperty("tsig-secret-file") @Nullable SecretSource tsigSecretFile,

        List<String> command,
        @JsonProperty("command-timeout") Duration commandTimeout,
        @Nullable HostPort resolver,
        @JsonProperty("propagation-timeout") Duration propagationTimeout,
        @JsonProperty("propagation-interval") Duration propagationInterval,
        Duration settle,
        Duration ttl) {
    /** Who writes the record. */
    public enum Provider {
        RFC2136,
        EXEC,
        /** A person, who is told what to write. */
        MANUAL
    }

    private static final String ALGORITHM = "hmac-sha256";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private static final List<String> ALGORITHMS =
            List.of("hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-md5");

    /** Nothing set. */
    public static final DnsConfig NONE = new DnsConfig(
            Provider.MANUAL,
            null,
            null,
            null,
            ALGORITHM,
            null,
            List.of(),
            MINUTE,
            null,
            patience(Provider.MANUAL),
            INTERVAL,
            Duration.ZERO,
            MINUTE);

    public DnsConfig {
        command = command == null ? List.of() : List.copyOf(command);
        provider = provider == null ? usual(server, command) : provider;
        tsigAlgorithm = tsigAlgorithm == null ? ALGORITHM : tsigAlgorithm;
        commandTimeout = commandTimeout == null ? MINUTE : commandTimeout;
        propagationTimeout = propagationTimeout == null ? patience(provider) : propagationTimeout;
        propagationInterval = propagationInterval == null ? INTERVAL : propagationInterval;
        settle = settle == null ? Duration.ZERO : settle;
        ttl = ttl == null ? MINUTE : ttl;
        Check.that(
                ALGORITHMS.contains(tsigAlgorithm),
                "tsig-algorithm must be one of " + String.join(", ", ALGORITHMS) + ", is '" + tsigAlgorithm + "'");
        Check.patience("command-timeout", commandTimeout);
        Check.patience("propagation-timeout", propagationTimeout);
        Check.patience("propagation-interval", propagationInterval);
        Check.notNegative("settle", settle);
        Check.positive("ttl", ttl);
        Check.that(provider != Provider.RFC2136 || server != null, "server is needed for provider rfc2136");
        Check.that(provider != Provider.EXEC || !command.isEmpty(), "command is needed for provider exec");
        Check.that(
                (tsigName == null) == (tsigSecretFile == null),
                "tsig-name and tsig-secret-file belong together; one of them is missing");
    }

    private static Duration patience(Provider provider) {
        return switch (provider) {
            case RFC2136 -> Duration.ofMinutes(2);
            case EXEC -> Duration.ofMinutes(5);
            case MANUAL -> Duration.ofMinutes(30);
        };
    }

    private static Provider usual(@Nullable HostPort server, List<String> command) {
        return server != null ? Provider.RFC2136 : command.isEmpty() ? Provider.MANUAL : Provider.EXEC;
    }

    /** {@link #NONE} for a block that was left out. */
    static DnsConfig orNone(@Nullable DnsConfig given) {
        return Optional.ofNullable(given).orElse(NONE);
    }
}
