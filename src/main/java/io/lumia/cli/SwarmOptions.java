package io.lumia.cli;

import io.lumia.config.SwarmLoad.Pattern;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code lumia swarm} takes from the command line in place of a setting; what is left out stays as configured. */
final class SwarmOptions {
    @Option(
            names = "--devices",
            paramLabel = "N",
            order = 10,
            description = "Simulated devices (swarm.devices; profile swarm: 1000).")
    private @Nullable Integer devices;

    @Option(
            names = "--provisioning-url",
            paramLabel = "URL",
            order = 11,
            description = "Where devices enrol; they learn of CA and broker there (agent.provisioning-url; default: "
                    + "http://127.0.0.1:8080).")
    private @Nullable URI provisioning;

    @Option(
            names = "--root-fingerprint",
            paramLabel = "SHA256",
            order = 12,
            description = "Pins the CA's root (agent.root-fingerprint; default: the first one seen, with a warning).")
    private @Nullable String fingerprint;

    @Option(
            names = "--http01-port",
            paramLabel = "PORT",
            order = 13,
            description = "Where the CA looks for challenges, on each device's address (agent.http01-port; profile "
                    + "swarm: 5002).")
    private @Nullable Integer http01Port;

    @Option(
            names = "--name-prefix",
            paramLabel = "NAME",
            order = 14,
            description = "Devices are called NAME-0001 and on (swarm.name-prefix; profile swarm: sim).")
    private @Nullable String prefix;

    @Option(
            names = "--address-range",
            paramLabel = "CIDR",
            order = 15,
            description =
                    "Each device has an address of its own there; shared: all use 127.0.0.1 (swarm.address-range; "
                            + "profile swarm: 127.21.0.0/16).")
    private @Nullable String range;

    @Option(
            names = "--ramp",
            paramLabel = "N/s",
            order = 20,
            converter = Rate.Reader.class,
            description = "Devices that start per second (swarm.ramp-per-second; profile swarm: 50/s).")
    private @Nullable Rate ramp;

    @Option(
            names = "--telemetry-interval",
            paramLabel = "D",
            order = 21,
            description =
                    "Between two messages of a device: 500ms, 5s, 1m (swarm.telemetry-interval; profile swarm: 5s).")
    private @Nullable String interval;

    @Option(
            names = "--pattern",
            paramLabel = "P",
            order = 22,
            description = "When devices speak: ${COMPLETION-CANDIDATES} (swarm.load.pattern; default: steady).")
    private @Nullable Pattern pattern;

    @Option(
            names = "--qos",
            paramLabel = "0|1|2",
            order = 23,
            description = "QoS of telemetry, there and back (swarm.qos; default: 1).")
    private @Nullable Integer qos;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            order = 24,
            description = "Least size of a message (swarm.load.payload; default: as it comes, some 150).")
    private @Nullable Integer payload;

    @Option(
            names = "--commands",
            paramLabel = "N/s",
            order = 25,
            converter = Rate.Reader.class,
            description =
                    "Commands by the broker that devices send themselves and answer (swarm.load.commands-per-second; "
                            + "default: none).")
    private @Nullable Rate commands;

    @Option(
            names = "--churn",
            paramLabel = "SHARE",
            order = 26,
            converter = Share.Reader.class,
            description =
                    "Devices that disconnect and come back, each minute: 5%% or 0.05 (swarm.load.churn-per-minute; "
                            + "default: none).")
    private @Nullable Share churn;

    @Option(
            names = "--measure",
            paramLabel = "SHARE",
            order = 27,
            converter = Share.Reader.class,
            description = "Devices that hear their own telemetry and time it (swarm.load.measure; profile swarm: all).")
    private @Nullable Share measure;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            order = 30,
            description = "Prometheus metrics; 0 picks a free one (metrics.port; profile swarm: 9466).")
    private @Nullable Integer metricsPort;

    /** {@code key=value} for each option that was given. */
    List<String> settings() {
        var settings = new ArrayList<String>();
        set(settings, "swarm.devices", devices);
        set(settings, "agent.provisioning-url", provisioning);
        set(settings, "agent.root-fingerprint", fingerprint);
        set(settings, "agent.http01-port", http01Port);
        set(settings, "swarm.name-prefix", prefix);
        set(settings, "swarm.address-range", range);
        set(settings, "swarm.ramp-per-second", ramp == null ? null : Math.max(1, Math.round(ramp.perSecond())));
        set(settings, "swarm.telemetry-interval", interval);
        set(
                settings,
                "swarm.load.pattern",
                pattern == null ? null : pattern.name().toLowerCase(Locale.ROOT));
        set(settings, "swarm.qos", qos);
        set(settings, "swarm.load.payload", payload);
        set(settings, "swarm.load.commands-per-second", commands == null ? null : commands.perSecond());
        set(settings, "swarm.load.churn-per-minute", churn == null ? null : churn.value());
        set(settings, "swarm.load.measure", measure == null ? null : measure.value());
        set(settings, "metrics.port", metricsPort);
        return settings;
    }

    private static void set(List<String> settings, String key, @Nullable Object value) {
        if (value != null) {
            settings.add(key + "=" + value);
        }
    }
}
