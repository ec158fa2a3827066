package io.lumia.cli;

import static java.util.stream.Collectors.joining;

import io.lumia.bus.FleetBus.ClusterNode;
import io.lumia.bus.FleetBus.ClusterState;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.cli.FleetProcess.Addresses;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Part;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The addresses that {@code run} prints below its ready line. */
final class ReadyLines {
    private ReadyLines() {}

    /** One line for each part that listens, and for the fleet. */
    static List<String> of(LumiaConfig config, Addresses addresses) {
        var lines = new ArrayList<String>();
        var authority = addresses.authority();
        if (authority != null) {
            add(lines, "CA", authority.publicUrl());
            authority.acmeDirectories().forEach((provisioner, url) -> add(lines, "ACME", url));
            add(lines, "CA, plain", "http://" + authority(config.authority().host(), addresses.authorityHttpPort()));
            add(lines, "root", "sha256 " + authority.rootFingerprint());
        }
        if (config.stepCa().url() != null) {
            add(lines, "step-ca", config.stepCa().url().toString());
        }
        var provisioning = addresses.provisioning();
        if (provisioning != null) {
            add(
                    lines,
                    "provisioning",
                    "http://" + authority(config.provisioning().host(), addresses.provisioningPort()) + "  "
                            + gate(provisioning));
        }
        if (addresses.dnsPort() != 0) {
            add(
                    lines,
                    "DNS",
                    authority(config.dns().host(), addresses.dnsPort()) + "  for "
                            + config.fleet().domain().suffix());
        }
        if (addresses.brokerPort() != 0) {
            add(lines, "broker", "mqtts://" + authority(config.broker().names().get(0), addresses.brokerPort()));
        }
        if (addresses.webPort() != 0) {
            add(
                    lines,
                    "admin API",
                    (addresses.webHttps()
                                    ? "https://"
                                            + authority(config.web().names().get(0), addresses.webPort())
                                    : "http://" + authority(config.web().host(), addresses.webPort()))
                            + "/api/v1  token in "
                            + config.data().resolve("admin-token"));
        }
        if (addresses.metricsPort() != 0) {
            add(lines, "metrics", "http://" + authority(config.metrics().host(), addresses.metricsPort()) + "/metrics");
        }
        if (addresses.cluster() != null) {
            add(lines, "node", nodes(addresses.cluster()));
        }
        if (config.runs(Part.SWARM)) {
            add(lines, "devices", Integer.toString(config.swarm().devices()));
        }
        add(lines, "data", config.data().toString());
        return List.copyOf(lines);
    }

    /** The own name before the others. */
    private static String nodes(ClusterState cluster) {
        var own = cluster.nodes().stream()
                .filter(ClusterNode::self)
                .map(ReadyLines::name)
                .collect(joining());
        var others = cluster.nodes().stream()
                .filter(node -> !node.self())
                .map(ReadyLines::name)
                .toList();
        return own
                + (others.isEmpty() ? ", alone" : " with " + String.join(", ", others))
                + (cluster.nodes().size() < cluster.expected()
                        ? "; " + cluster.expected() + " nodes are expected"
                        : "");
    }

    private static String name(ClusterNode node) {
        return node.id().name();
    }

    private static String gate(ProvisioningState state) {
        if (!state.enabled()) {
            return "off";
        }
        var until = state.offAt();
        return "on for " + (state.whitelist().isEmpty() ? "nobody" : String.join(", ", state.whitelist()))
                + (until == null ? "" : "; the timer turns it off at " + until.truncatedTo(ChronoUnit.SECONDS));
    }

    private static String authority(String host, int port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static void add(List<String> lines, String what, String where) {
        lines.add(String.format(Locale.ROOT, "  %-13s %s", what, where));
    }
}
