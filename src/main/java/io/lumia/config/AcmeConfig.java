package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.KeyType;
import io.lumia.x509.Profile;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ACME server of the embedded CA; the {@code authority.acme} block. */
public record AcmeConfig(
        @JsonProperty("http01-port") int http01Port,
        @JsonProperty("tls-alpn01-port") int tlsAlpn01Port,
        @Nullable HostPort resolver,
        @JsonProperty("allowed-networks") List<AddressRange> allowedNetworks,
        @JsonProperty("bind-fleet-names") boolean bindFleetNames,
        @JsonProperty("order-lifetime") Duration orderLifetime,
        @JsonProperty("validation-timeout") Duration validationTimeout,
        @JsonProperty("validation-tries") int validationTries,
        Limits limits,
        Faults faults,
        Map<String, Provisioner> provisioners,
        Map<String, CertificateProfile> profiles) {
    public AcmeConfig {
        Check.port("http01-port", http01Port);
        Check.port("tls-alpn01-port", tlsAlpn01Port);
        allowedNetworks = List.copyOf(allowedNetworks);
        Check.positive("order-lifetime", orderLifetime);
        Check.patience("validation-timeout", validationTimeout);
        Check.atLeast("validation-tries", validationTries, 1);
        Check.that(!provisioners.isEmpty(), "provisioners must hold at least one");
        for (String name : provisioners.keySet()) {
            Check.that(
                    name.matches("[A-Za-z0-9][A-Za-z0-9_-]*"),
                    "provisioners has the name '" + name + "'; use letters, digits, - and _");
        }
        for (String name : profiles.keySet()) {
            Check.that(
                    name.matches("[A-Za-z0-9][A-Za-z0-9_-]*"),
                    "profiles has the name '" + name + "'; use letters, digits, - and _");
        }
        profiles = Collections.unmodifiableMap(new LinkedHashMap<>(profiles));
        provisioners = Collections.unmodifiableMap(new LinkedHashMap<>(provisioners));
    }

    /** The same with these networks allowed too. */
    public AcmeConfig allowing(List<AddressRange> more) {
        var networks = Stream.concat(allowedNetworks.stream(), more.stream())
                .distinct()
                .toList();
        return new AcmeConfig(
                http01Port,
                tlsAlpn01Port,
                resolver,
                networks,
                bindFleetNames,
                orderLifetime,
                validationTimeout,
                validationTries,
                limits,
                faults,
                provisioners,
                profiles);
    }

    /**
     * What one client may take; 0: as much as it likes.
     *
     * @param accountsPerMinute new accounts from one address (IPv6: one /64 network)
     * @param ordersPerMinute new orders of one account
     * @param pendingOrders orders of one account that are neither finished nor expired
     */
    public record Limits(
            @JsonProperty("accounts-per-minute") int accountsPerMinute,
            @JsonProperty("orders-per-minute") int ordersPerMinute,
            @JsonProperty("pending-orders") int pendingOrders) {
        public Limits {
            Check.atLeast("accounts-per-minute", accountsPerMinute, 0);
            Check.atLeast("orders-per-minute", ordersPerMinute, 0);
            Check.atLeast("pending-orders", pendingOrders, 0);
        }
    }

    /**
     * What a client may choose among when it orders.
     *
     * @param description for people; null: none
     * @param lifetime of the certificate; null: that of the provisioner
     */
    public record CertificateProfile(
            @Nullable String description, @Nullable Duration lifetime) {}

    /**
     * Deliberate faults, for testing clients.
     *
     * @param nonceRejection share of good nonces that are refused all the same, from 0 to 1
     * @param validationDelay before a challenge is looked at
     */
    public record Faults(
            @JsonProperty("nonce-rejection") double nonceRejection,
            @JsonProperty("validation-delay") Duration validationDelay) {
        public Faults {
            Check.that(
                    nonceRejection >= 0 && nonceRejection <= 1,
                    "nonce-rejection must be from 0 to 1, is " + nonceRejection);
            Check.notNegative("validation-delay", validationDelay);
        }

        /** Whether there are any. */
        public boolean any() {
            return nonceRejection > 0 || !validationDelay.isZero();
        }
    }

    /**
     * One directory, and what may be had there.
     *
     * @param lifetime of certificates for names outside the fleet; null: that of the profile
     * @param deviceLifetime of certificates for devices; null: that of the profile
     * @param externalAccountRequired whether new accounts need a key that an operator made (RFC 8555, 7.3.4); null: not
     * @param maximumLifetime whatever a client chooses; null: that of the profile, which holds in any case
     * @param challenges offered; null: all that suit the name
     * @param keyTypes of certificates, RSA keys may be longer; null: all
     * @param names that it certifies, those of devices included
     * @param template of certificates for names outside the fleet
     */
    public record Provisioner(
            @Nullable Duration lifetime,
            @JsonProperty("device-lifetime") @Nullable Duration deviceLifetime,

            @JsonProperty("external-account-required") @Nullable
            Boolean externalAccountRequired,

            @JsonProperty("maximum-lifetime") @Nullable Duration maximumLifetime,

            @Nullable List<String> challenges,
            @JsonProperty("key-types") @Nullable List<KeyType> keyTypes,
            NameRules names,
            LeafTemplate template) {
        private static final List<String> CHALLENGES = List.of("http-01", "dns-01", "tls-alpn-01");

        public Provisioner {
            names = names == null ? NameRules.ALL : names;
            template = template == null ? LeafTemplate.USUAL : template;
            if (maximumLifetime != null) {
                Check.positive("maximum-lifetime", maximumLifetime);
                Check.that(
                        lifetime == null || lifetime.compareTo(maximumLifetime) <= 0,
                        "maximum-lifetime is shorter than lifetime: " + Durations.text(maximumLifetime));
                Check.that(
                        deviceLifetime == null || deviceLifetime.compareTo(maximumLifetime) <= 0,
                        "maximum-lifetime is shorter than device-lifetime: " + Durations.text(maximumLifetime));
            }
            Check.that(challenges == null || !challenges.isEmpty(), "challenges must name at least one");
            for (String challenge : challenges == null ? List.<String>of() : challenges) {
                Check.that(
                        CHALLENGES.contains(challenge),
                        "challenges has '" + challenge + "'; expected " + String.join(", ", CHALLENGES));
            }
            Check.that(keyTypes == null || !keyTypes.isEmpty(), "key-types must name at least one");
        }

        /** One without further rules. */
        public Provisioner(@Nullable Duration lifetime, @Nullable Boolean externalAccountRequired) {
            this(lifetime, null, externalAccountRequired, null, null, null, NameRules.ALL, LeafTemplate.USUAL);
        }

        /** Of certificates of this profile; null: that of the profile. */
        public @Nullable Duration lifetime(Profile profile) {
            return profile == Profile.DEVICE ? deviceLifetime : lifetime;
        }

        public boolean demandsExternalAccount() {
            return externalAccountRequired != null && externalAccountRequired;
        }

        public boolean offers(String challenge) {
            return challenges == null || challenges.contains(challenge);
        }

        /**
         * Why it does not certify the name; empty when it does. A client certificate for a name without dot could pass for a device where
         * the common name alone counts.
         */
        public Optional<String> refusal(String name) {
            if (template.form().forClients() && name.indexOf('.') < 0 && !CertificateRequest.isAddress(name)) {
                return Optional.of("a name without dot is not certified for clients");
            }
            return names.refusal(name);
        }

        /** Why it does not certify the key; empty when it does. */
        public Optional<String> refusal(PublicKey key) {
            return keyTypes == null || keyTypes.stream().anyMatch(type -> type.admits(key))
                    ? Optional.empty()
                    : Optional.of("the provisioner takes keys of type "
                            + String.join(
                                    ", ", keyTypes.stream().map(KeyType::label).toList()) + ", the CSR's is "
                            + KeyType.of(key).map(KeyType::label).orElse(key.getAlgorithm()));
        }
    }
}
