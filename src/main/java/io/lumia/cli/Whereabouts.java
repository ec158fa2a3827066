package io.lumia.cli;

import io.lumia.agent.Contact;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.config.LumiaConfig;
import io.lumia.provisioning.AuthorityContact;
import io.lumia.x509.Fingerprint;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where identities find CA, broker and provisioning: what runs in this process is known, the rest is as configured.
 *
 * @param authority described by this process or by the one upstream; null while neither has
 * @param authorityHere whether it runs in this process
 * @param brokerPort null: the broker does not run here
 * @param provisioningPort null: provisioning does not run here
 */
record Whereabouts(
        LumiaConfig config,
        @Nullable AuthorityDescription authority,
        boolean authorityHere,
        @Nullable Integer brokerPort,
        @Nullable Integer provisioningPort) {
    private static final String AGENT_PROVISIONER = "acme";

    /** What provisioning tells a device. */
    AuthorityContact contact() {
        return new AuthorityContact(
                authority == null ? configuredDirectory() : agentDirectory(authority),
                config.broker().names().get(0),
                brokerPort == null ? config.broker().port() : brokerPort);
    }

    /** Takes the place of what provisioning told, where CA and broker run here; null elsewhere. */
    @Nullable
    Contact knownContact() {
        if (!authorityHere || brokerPort == null) {
            return null;
        }
        return configuredContact();
    }

    /** What provisioning would tell. */
    Contact configuredContact() {
        var contact = contact();
        return new Contact(URI.create(contact.acmeDirectory()), contact.mqttHost(), contact.mqttPort());
    }

    URI provisioningUrl() {
        var configured = config.agent().provisioningUrl();
        if (configured != null) {
            return configured;
        }
        int port = provisioningPort == null ? config.provisioning().port() : provisioningPort;
        return URI.create("http://" + reachable(config.provisioning().host()) + ":" + port);
    }

    /** A process that runs the CA knows the root; others pin what is configured. */
    @Nullable
    Fingerprint rootFingerprint() {
        boolean known = authorityHere || config.stepCa().url() != null;
        return known && authority != null
                ? new Fingerprint(authority.rootFingerprint())
                : config.agent().rootFingerprint();
    }

    private String configuredDirectory() {
        var url = config.authority().publicUrl();
        var base = url != null
                ? url.toString()
                : "https://" + config.authority().names().get(0) + ":"
                        + config.authority().port();
        return base + "/acme/" + AGENT_PROVISIONER + "/directory";
    }

    /** The provisioner named acme, or the first one where the operator has none of that name. */
    private static String agentDirectory(AuthorityDescription authority) {
        var directories = authority.acmeDirectories();
        var preferred = directories.get(AGENT_PROVISIONER);
        return preferred != null ? preferred : directories.values().iterator().next();
    }

    /** Where a process of this machine finds what listens on this address. */
    private static String reachable(String host) {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "[::1]";
            default -> host.contains(":") ? "[" + host + "]" : host;
        };
    }
}
