package io.lumia.fakes;

import io.lumia.access.AddressRange;
import io.lumia.config.AcmeConfig;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.HostPort;
import io.lumia.x509.KeyType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings of an ACME server for tests; change what the test is about. */
public final class AcmeSettings {
    public int http01Port = 80;
    public int tlsAlpn01Port = 443;
    public @Nullable HostPort resolver;
    public List<String> allowed = List.of();
    public Duration timeout = Duration.ofSeconds(5);
    public int tries = 3;
    public AcmeConfig.Limits limits = new AcmeConfig.Limits(0, 0, 300);
    public AcmeConfig.Faults faults = new AcmeConfig.Faults(0, Duration.ZERO);
    public final Map<String, AcmeConfig.CertificateProfile> profiles = new LinkedHashMap<>(
            Map.of("shortlived", new AcmeConfig.CertificateProfile("Six days", Duration.ofDays(6))));
    public final Map<String, AcmeConfig.Provisioner> provisioners =
            new LinkedHashMap<>(Map.of("acme", new AcmeConfig.Provisioner(null, null)));

    /** Of the CA around it, where there is a real one. */
    public KeyType keyType = KeyType.P256;

    public AuthorityConfig.Hierarchy hierarchy = AuthorityConfig.Hierarchy.INTERMEDIATE;
    public AuthorityConfig.ConstrainedNames nameConstraints = AuthorityConfig.ConstrainedNames.NONE;

    public AcmeConfig build() {
        return new AcmeConfig(
                http01Port,
                tlsAlpn01Port,
                resolver,
                allowed.stream().map(AddressRange::parse).toList(),
                true,
                Duration.ofHours(1),
                timeout,
                tries,
                limits,
                faults,
                provisioners,
                profiles);
    }
}
