package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import io.lumia.x509.KeyType;
import io.lumia.x509.NameConstraints;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The embedded CA; the {@code authority} block. */
public record AuthorityConfig(
        String host,
        int port,
        @JsonProperty("http-port") int httpPort,
        List<String> names,
        @JsonProperty("public-url") @Nullable URI publicUrl,
        @JsonProperty("http-url") @Nullable URI httpUrl,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        @Nullable String password,
        String organization,
        Duration backdate,
        @JsonProperty("root-lifetime") Duration rootLifetime,
        @JsonProperty("intermediate-lifetime") Duration intermediateLifetime,
        @JsonProperty("signing-threads") int signingThreads,
        int queue,
        int requests,
        @JsonProperty("request-timeout") Duration requestTimeout,
        AcmeConfig acme,
        @JsonProperty("step-api") StepApiConfig stepApi,
        @JsonProperty("key-type") KeyType keyType,
        Hierarchy hierarchy,
        @JsonProperty("name-constraints") ConstrainedNames nameConstraints,
        CrlConfig crl,
        OcspConfig ocsp,
        TlsSection tls) {
    public AuthorityConfig {
        Check.port("port", port);
        Check.port("http-port", httpPort);
        Check.that(!names.isEmpty(), "names must hold at least one name or address");
        names = List.copyOf(names);
        Check.that(
                httpUrl == null || ("http".equals(httpUrl.getScheme()) && httpUrl.getHost() != null),
                "http-url must be an address http://HOST[:PORT], is " + httpUrl);
        Check.notNegative("backdate", backdate);
        Check.positive("intermediate-lifetime", intermediateLifetime);
        Check.that(
                rootLifetime.compareTo(intermediateLifetime) >= 0,
                "root-lifetime must not be shorter than intermediate-lifetime");
        Check.atLeast("signing-threads", signingThreads, 1);
        Check.atLeast("queue", queue, 1);
        Check.atLeast("requests", requests, 1);
        Check.positive("request-timeout", requestTimeout);
        Check.that(
                hierarchy == Hierarchy.INTERMEDIATE || nameConstraints.names().isEmpty(),
                "name-constraints need hierarchy: intermediate; not every client heeds those of a root");
        for (String name : names) {
            nameConstraints.demand("names", name);
        }
        for (String name : List.of(stepApi.jwk(), stepApi.x5c(), stepApi.sites().provisioner())) {
            Check.that(
                    !acme.provisioners().containsKey(name),
                    "step-api and acme both have a provisioner named '" + name + "'; rename one");
        }
        Check.that(
                tls.mode() != null && tls.mode() != TlsSection.Mode.DISABLED,
                "tls.mode disabled is not possible for the authority: ACME is HTTPS only (RFC 8555, 6.1); use embedded,"
                        + " acme or manual");
        Check.that(
                tls.mtls().equals(TlsSection.Mtls.NONE),
                "tls.mtls cannot be set for the authority: whoever orders a first certificate has none yet; who may order"
                        + " what is said by authority.acme and authority.step-api");
    }

    /** The same with this ACME server. */
    public AuthorityConfig withAcme(AcmeConfig other) {
        return new AuthorityConfig(
                host,
                port,
                httpPort,
                names,
                publicUrl,
                httpUrl,
                passwordFile,
                password,
                organization,
                backdate,
                rootLifetime,
                intermediateLifetime,
                signingThreads,
                queue,
                requests,
                requestTimeout,
                other,
                stepApi,
                keyType,
                hierarchy,
                nameConstraints,
                crl,
                ocsp,
                tls);
    }

    /** What signs leaves. */
    public enum Hierarchy {
        /** An intermediate below the root, whose key stays on disk. */
        INTERMEDIATE,
        /** The root itself. */
        ROOT
    }

    /**
     * Which names the intermediate may certify (RFC 5280, 4.2.1.10); all empty: any.
     *
     * @see NameConstraints
     */
    public record ConstrainedNames(
            @JsonProperty("permitted-dns") List<String> permittedDns,
            @JsonProperty("excluded-dns") List<String> excludedDns,
            @JsonProperty("permitted-ip") List<AddressRange> permittedIp,
            @JsonProperty("excluded-ip") List<AddressRange> excludedIp) {
        /** Any name. */
        public static final ConstrainedNames NONE = new ConstrainedNames(List.of(), List.of(), List.of(), List.of());

        public ConstrainedNames {
            permittedDns = domains("permitted-dns", permittedDns);
            excludedDns = domains("excluded-dns", excludedDns);
        }

        public NameConstraints names() {
            return new NameConstraints(permittedDns, excludedDns, permittedIp, excludedIp);
        }

        /** @param key whose value the name is */
        void demand(String key, String name) {
            var refusal = names().refusal(name);
            Check.that(
                    refusal.isEmpty(),
                    key + " has '" + name + "', which authority.name-constraints rule out: " + refusal.orElse(""));
        }

        private static List<String> domains(String key, List<String> given) {
            try {
                return new NameConstraints(given, List.of(), List.of(), List.of()).permittedDns();
            } catch (IllegalArgumentException unfit) {
                throw new IllegalArgumentException(key + " has " + unfit.getMessage(), unfit);
            }
        }
    }

    @Override
    public String toString() {
        return "AuthorityConfig[" + host + ":" + port + "]";
    }
}
