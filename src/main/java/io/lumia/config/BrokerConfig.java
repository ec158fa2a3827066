package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The embedded MQTT broker; the {@code broker} block. */
public record BrokerConfig(
        String host,
        int port,
        List<String> names,
        @JsonProperty("event-loops") int eventLoops,
        @JsonProperty("max-connections") int maxConnections,
        @JsonProperty("max-packet-size") int maxPacketSize,
        @JsonProperty("connect-timeout") Duration connectTimeout,
        @JsonProperty("max-queued-messages") int maxQueuedMessages,
        @JsonProperty("max-inflight") int maxInflight,
        @JsonProperty("max-session-expiry") Duration maxSessionExpiry,
        @JsonProperty("max-retained") int maxRetained,
        Durability durability,
        @JsonProperty("close-expired") boolean closeExpired,
        @JsonProperty("shared-certificate") SharedCertificate sharedCertificate,
        @JsonProperty("sys-interval") Duration sysInterval,
        BrokerLimits limits,
        IdentitySource identity,
        @JsonProperty("allowed-client-cns") List<String> allowedClientCns,
        @JsonProperty("allowed-client-cns-file") @Nullable Path allowedClientCnsFile,
        @JsonProperty("client-ca-files") List<Path> clientCaFiles,
        @JsonProperty("crl-files") List<Path> crlFiles,
        @JsonProperty("reload-interval") Duration reloadInterval,
        @JsonProperty("acl-file") @Nullable Path aclFile,
        List<TopicRule> rules,
        TlsSection tls) {
    public BrokerConfig {
        Check.port("port", port);
        Check.that(!names.isEmpty(), "names must hold at least one name or address");
        names = List.copyOf(names);
        Check.atLeast("event-loops", eventLoops, 0);
        Check.atLeast("max-connections", maxConnections, 1);
        Check.atLeast("max-packet-size", maxPacketSize, 1024);
        Check.patience("connect-timeout", connectTimeout);
        Check.atLeast("max-queued-messages", maxQueuedMessages, 0);
        Check.that(maxInflight >= 1 && maxInflight <= 65535, "max-inflight must be from 1 to 65535, is " + maxInflight);
        Check.notNegative("max-session-expiry", maxSessionExpiry);
        Check.atLeast("max-retained", maxRetained, 0);
        Check.notNegative("sys-interval", sysInterval);
        allowedClientCns = List.copyOf(allowedClientCns);
        for (String allowed : allowedClientCns) {
            Check.that(!allowed.isBlank(), "allowed-client-cns has an empty entry");
        }
        clientCaFiles = List.copyOf(clientCaFiles);
        crlFiles = List.copyOf(crlFiles);
        Check.notNegative("reload-interval", reloadInterval);
        rules = List.copyOf(rules);
        Check.that(
                tls.mode() != null && tls.mode() != TlsSection.Mode.DISABLED,
                "tls.mode disabled is not possible for the broker: identity and rights of its clients come from their"
                        + " certificates; use embedded, acme or manual");
        Check.that(
                tls.mtls().requireClientCert(),
                "tls.mtls.require-client-cert must be true: without a certificate a client has no identity here");
        Check.that(
                clientCaFiles.isEmpty() || tls.mtls().clientCaFiles().isEmpty(),
                "client-ca-files and tls.mtls.client-ca-files mean the same; set one of them");
        Check.that(
                allowedClientCns.isEmpty() || tls.mtls().allowedClientCns().isEmpty(),
                "allowed-client-cns and tls.mtls.allowed-client-cns mean the same; set one of them");
    }

    /** The other CAs whose clients may connect, whichever of the two keys holds them. */
    public List<Path> trustedClientCas() {
        return clientCaFiles.isEmpty() ? tls.mtls().clientCaFiles() : clientCaFiles;
    }

    /** The key that holds {@link #trustedClientCas}, for messages. */
    public String clientCaKey() {
        return tls.mtls().clientCaFiles().isEmpty() ? "broker.client-ca-files" : "broker.tls.mtls.client-ca-files";
    }

    /** The identities that may connect, whichever of the two keys holds them. */
    public List<String> admittedNames() {
        return allowedClientCns.isEmpty() ? tls.mtls().allowedClientCns() : allowedClientCns;
    }

    /** Where in its certificate a client's identity stands (RFC 5280, 4.1.2.6 and 4.2.1.6). */
    public enum IdentitySource {
        /** The common name of the subject. */
        CN,
        /** The one DNS name of the subject alternative name; directly below the fleet's domain its first label alone. */
        SAN_DNS,
        /** The one URI of the subject alternative name. */
        SAN_URI;

        /** As it is written: {@code san-dns}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What is done about a certificate that two clients use at once from different addresses. */
    public enum SharedCertificate {
        /** Nothing; it is not looked for. */
        ALLOW,
        /** Log, audit, metric and event tell of it. */
        WARN,
        /** That as well, and only the client that was there first stays. */
        REFUSE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The same with these topic rules instead. */
    public BrokerConfig withRules(List<TopicRule> others) {
        return new BrokerConfig(
                host,
                port,
                names,
                eventLoops,
                maxConnections,
                maxPacketSize,
                connectTimeout,
                maxQueuedMessages,
                maxInflight,
                maxSessionExpiry,
                maxRetained,
                durability,
                closeExpired,
                sharedCertificate,
                sysInterval,
                limits,
                identity,
                allowedClientCns,
                allowedClientCnsFile,
                clientCaFiles,
                crlFiles,
                reloadInterval,
                aclFile,
                others,
                tls);
    }

    /**
     * What an identity may do besides its own {@code devices/IDENTITY/#}.
     *
     * @param identity a name, or {@code *} for every identity
     * @param publish topic filters it may publish to; {@code %c} is the client id, {@code %u} the identity
     * @param subscribe topic filters it may subscribe to
     */
    public record TopicRule(
            String identity,
            @Nullable List<String> publish,
            @Nullable List<String> subscribe) {
        public TopicRule {
            Check.that(identity != null && !identity.isBlank(), "each rule needs an identity, a name or *");
            publish = publish == null ? List.of() : List.copyOf(publish);
            subscribe = subscribe == null ? List.of() : List.copyOf(subscribe);
        }
    }
}
