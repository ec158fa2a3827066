package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a listener or client gets its certificate by ACME (RFC 8555); the {@code acme} block of a {@code tls} block.
 *
 * @param domains names to certify; empty: those of the listener
 * @param challengeAddress where challenges are answered; null: the address of the listener, port 80 or 443
 * @param renewBefore left of the lifetime when it is renewed
 * @param storagePath account key, certificate and key; null: a directory of its own below the data directory
 * @param dns how records for dns-01 get into the DNS
 * @param caBundle PEM with the roots that vouch for the directory; null: those of the platform
 */
public record AcmeClientConfig(
        @JsonProperty("directory-url") @Nullable URI directoryUrl,
        @Nullable String email,
        List<String> domains,
        @JsonProperty("challenge-type") ChallengeType challengeType,
        @JsonProperty("challenge-address") @Nullable HostPort challengeAddress,
        DnsConfig dns,
        @JsonProperty("renew-before") Duration renewBefore,
        @JsonProperty("storage-path") @Nullable Path storagePath,
        @JsonProperty("ca-bundle") @Nullable Path caBundle) {
    /** No ACME. */
    public static final AcmeClientConfig NONE = new AcmeClientConfig(
            null, null, List.of(), ChallengeType.HTTP_01, null, DnsConfig.NONE, Duration.ofHours(8), null, null);

    public AcmeClientConfig {
        domains = List.copyOf(domains);
        dns = DnsConfig.orNone(dns);
        for (String domain : domains) {
            Check.that(!domain.isBlank(), "domains has an empty entry");
        }
        Check.that(
                directoryUrl == null || "https".equals(directoryUrl.getScheme()),
                "directory-url must be an https address (RFC 8555, 6.1), is " + directoryUrl);
        Check.that(
                email == null || email.matches("[^@\\s]+@[^@\\s]+"),
                "email must be an address such as admin@example.com, is " + email);
        Check.that(
                challengeType != ChallengeType.DNS_01 || dns.provider() != DnsConfig.Provider.MANUAL,
                "challenge-type dns-01 of a listener needs dns.server or dns.command: nobody is there to write records");
        Check.positive("renew-before", renewBefore);
    }
}
