package io.lumia.cli;

import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.LogConfig;
import io.lumia.config.LumiaConfig;
import io.lumia.x509.Printable;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Plays a demonstration with lifetimes of a minute, tells it step by step and checks every step. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Plays a demonstration on free ports and an empty data directory, tells it step by step and checks every step.",
            "  bootstrap  first set-up: a CA is made, devices enrol, provisioning is turned off",
            "  normal     normal operation: telemetry, commands, strangers refused",
            "  renewal    every certificate is replaced twice while messages flow, nothing is dropped or lost",
            "  expiry     everything is off until every certificate is over; then the fleet recovers, provisioning is off"
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:every check held", "1:a check did not hold, or the system did not start", "2:wrong usage"})
public final class DemoCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(DemoCommand.class);

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "bootstrap, normal, renewal or expiry")
    private String name = "";

    @Option(
            names = "--devices",
            paramLabel = "N",
            description = "simulated devices (default: ${DEFAULT-VALUE})",
            defaultValue = "25")
    private int devices;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "use and keep this data directory instead of a temporary one")
    private @Nullable Path data;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "override a setting; may be repeated")
    private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        var demonstration = demonstration();
        var directory = data != null ? data : Files.createTempDirectory("lumia-demo-");
        var out = spec().commandLine().getOut();
        var all = settings(demonstration);
        var config = config(directory, all);
        Logging.ofProcess().apply(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.WARN));
        var story = new DemoStory(out, Terminal.colours());
        try (var lock = DataLock.on(directory)) {
            log.atDebug().addKeyValue("lock", lock).log("data directory is ours");
            boolean held = demonstration == Demonstration.EXPIRY
                    ? new ExpiryRun(config, withoutProvisioning(directory, all), Clock.systemUTC(), story).play()
                    : new DemoRun(config, Clock.systemUTC(), story).play(demonstration);
            return held ? 0 : 1;
        } finally {
            out.flush();
            if (data == null) {
                delete(directory);
            }
        }
    }

    /** Everything on free ports, so that a demonstration disturbs nothing that runs. */
    private List<String> settings(Demonstration demonstration) throws IOException {
        var all = new ArrayList<>(List.of(
                "authority.port=0",
                "authority.http-port=0",
                "provisioning.port=0",
                "broker.port=0",
                "web.port=0",
                "metrics.port=0",
                "authority.acme.http01-port=" + freePort(),
                "swarm.devices=" + devices));
        all.addAll(demonstration.settings());
        all.addAll(settings);
        return all;
    }

    private static LumiaConfig config(Path directory, List<String> settings) {
        return new ConfigLoader()
                .load(ConfigSources.ofProfile("demo").withSettings(settings).withData(directory))
                .config();
    }

    private static LumiaConfig withoutProvisioning(Path directory, List<String> settings) {
        var all = new ArrayList<>(settings);
        all.add("provisioning.enabled=false");
        return config(directory, all);
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }

    private Demonstration demonstration() {
        for (Demonstration demonstration : Demonstration.values()) {
            if (demonstration.label().equals(name)) {
                return demonstration;
            }
        }
        throw new ParameterException(
                spec().commandLine(),
                "unknown demonstration " + Printable.quoted(name) + ": expected " + Demonstration.labels());
    }
}
