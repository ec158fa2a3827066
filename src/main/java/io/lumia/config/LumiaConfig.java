package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The whole configuration; each component is one block of {@code conf/reference.yaml}, where every key is explained.
 *
 * @param data directory of everything that must survive
 * @param parts what this process runs
 */
public record LumiaConfig(
        Path data,
        Set<Part> parts,
        LogConfig log,
        TlsConfig tls,
        FleetConfig fleet,
        LifetimesConfig lifetimes,
        StoreConfig store,
        AuditConfig audit,
        AuthorityConfig authority,
        ProvisioningConfig provisioning,
        BrokerConfig broker,
        AgentConfig agent,
        AppConfig app,
        SwarmConfig swarm,
        RenewalConfig renewal,
        ExpiryConfig expiry,
        BackupConfig backup,
        TrustConfig trust,
        WebConfig web,
        UpstreamConfig upstream,
        @JsonProperty("step-ca") StepCaAuthorityConfig stepCa,
        DnsResponderConfig dns,
        MosquittoConfig mosquitto,
        EmqxConfig emqx,
        MetricsConfig metrics,
        SettingsConfig settings,
        ClusterConfig cluster) {
    public LumiaConfig {
        Check.that(!parts.isEmpty(), "parts must name at least one part");
        parts = Collections.unmodifiableSet(new LinkedHashSet<>(parts));
        CrossChecks.demandOwnNamesFit(fleet, authority, broker, web, parts);
        CrossChecks.demandHarmlessExtras(fleet, authority, broker, web);
        CrossChecks.demandRenewalOfListeners(authority, broker, web, parts);
        CrossChecks.demandRoomForLifetimes(authority, lifetimes);
        CrossChecks.demandSharedStore(store, cluster, parts);
    }

    public boolean runs(Part part) {
        return parts.contains(part);
    }
}
