package io.lumia.fakes;

import io.lumia.config.ChallengeType;
import io.lumia.config.DnsConfig;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.lumia.config.IssuerConfig.ExternalAccount;
import io.lumia.config.SecretSource;
import io.lumia.config.StepCaConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of an issuer for tests; change what the test is about. */
public final class IssuerSettings {
    public IssuerConfig.Type type = IssuerConfig.Type.ACME;
    public @Nullable URI directory;
    public ChallengeType challenge = ChallengeType.HTTP_01;
    public @Nullable HostPort challengeAddress;
    public @Nullable Path bundle;
    public @Nullable Path roots;
    public @Nullable String profile;
    public Duration timeout = Duration.ofSeconds(20);
    public ExternalAccount eab = ExternalAccount.NONE;
    public DnsConfig dns = DnsConfig.NONE;
    public StepCaConfig stepCa = StepCaConfig.NONE;

    public IssuerConfig build() {
        return new IssuerConfig(
                type,
                directory,
                "ops@example.test",
                challenge,
                challengeAddress,
                bundle,
                roots,
                null,
                timeout,
                profile,
                eab,
                dns,
                stepCa);
    }

    /** Updates at this server, signed with the key in the file. */
    public static DnsConfig updates(HostPort server, String key, @Nullable Path secret) {
        return dns(DnsConfig.Provider.RFC2136, server, key, secret, List.of(), server);
    }

    public static DnsConfig hook(HostPort resolver, Duration timeout, String... command) {
        var usual = dns(DnsConfig.Provider.EXEC, null, null, null, List.of(command), resolver);
        return new DnsConfig(
                usual.provider(),
                null,
                null,
                null,
                usual.tsigAlgorithm(),
                null,
                usual.command(),
                timeout,
                resolver,
                usual.propagationTimeout(),
                usual.propagationInterval(),
                Duration.ZERO,
                usual.ttl());
    }

    /** A person writes it. */
    public static DnsConfig manual(HostPort resolver) {
        return dns(DnsConfig.Provider.MANUAL, null, null, null, List.of(), resolver);
    }

    private static DnsConfig dns(
            DnsConfig.Provider provider,
            @Nullable HostPort server,
            @Nullable String key,
            @Nullable Path secret,
            List<String> command,
            HostPort resolver) {
        return new DnsConfig(
                provider,
                server,
                null,
                secret == null ? null : key,
                "hmac-sha256",
                secret == null ? null : SecretSource.file(secret),
                command,
                Duration.ofSeconds(20),
                resolver,
                Duration.ofSeconds(20),
                Duration.ofMillis(50),
                Duration.ZERO,
                Duration.ofSeconds(1));
    }
}
