package io.lumia.cli;

import io.lumia.config.CannotStart;
import io.lumia.config.LogConfig;
import io.lumia.x509.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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

/** Plays demonstrations with lifetimes of a minute, tells them step by step and checks every step. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Plays a demonstration on free ports and an empty data directory, tells it step by step and checks every step.",
            "  bootstrap   first set-up: a CA is made, devices enrol, provisioning is turned off",
            "  normal      normal operation: telemetry, commands, strangers refused",
            "  renewal     every certificate is replaced twice while messages flow, nothing is dropped or lost",
            "  expiry      everything is off until every certificate is over; then the fleet recovers, provisioning is off",
            "  new-device  a device is added to a running system, and nobody else notices",
            "  all         the five one after the other, in a few minutes, with a table at the end"
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every check held",
            "1:a check did not hold, or the system did not start",
            "2:wrong usage",
            "130, 143:ended by Ctrl-C or SIGTERM, everything stopped in order"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(DemoCommand.class);

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "bootstrap, normal, renewal, expiry, new-device or all")
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
            description = "use and keep this data directory instead of a temporary one; for all, one below it for each")
    private @Nullable Path data;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "override a setting; may be repeated")
    private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        var demonstrations = demonstrations();
        Logging.ofProcess().apply(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.WARN));
        try (var ending = new EndedBySignal()) {
            log.atDebug().addKeyValue("ending", ending).log("a signal ends this in order");
            return demonstrations.size() == 1 ? playOne(demonstrations.get(0)) : playAll(demonstrations);
        } catch (InterruptedException signalled) {
            log.atDebug().log("ended by a signal");
            return 1;
        }
    }

    private int playOne(Demonstration demonstration) throws Exception {
        return played(demonstration, story(), data) ? 0 : 1;
    }

    private int playAll(List<Demonstration> demonstrations) throws Exception {
        var series = new DemoSeries();
        for (var demonstration : demonstrations) {
            var story = story();
            long begun = System.nanoTime();
            try {
                var unused = played(demonstration, story, data == null ? null : data.resolve(demonstration.label()));
            } catch (CannotStart | CommandFailed notEven) {
                story.check(false, "%s", notEven.getMessage() + "");
            }
            series.played(demonstration, story, Duration.ofNanos(System.nanoTime() - begun));
            out().println();
        }
        series.print(out());
        return series.held() ? 0 : 1;
    }

    /** @param kept null: a temporary directory */
    private boolean played(Demonstration demonstration, DemoStory story, @Nullable Path kept) throws Exception {
        var directory = kept != null ? kept : Files.createTempDirectory("lumia-demo-");
        var all = DemoSettings.of(demonstration, devices, settings, directory);
        try (var lock = DataLock.on(directory)) {
            log.atDebug().addKeyValue("lock", lock).log("data directory is ours");
            return demonstration.play(all, Clock.systemUTC(), story);
        } finally {
            out().flush();
            if (kept == null) {
                delete(directory);
            }
        }
    }

    private DemoStory story() {
        return new DemoStory(out(), Terminal.colours());
    }

    private static void delete(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }

    private List<Demonstration> demonstrations() {
        if (name.equals(Demonstration.ALL)) {
            return List.of(Demonstration.values());
        }
        for (Demonstration demonstration : Demonstration.values()) {
            if (demonstration.label().equals(name)) {
                return List.of(demonstration);
            }
        }
        throw new ParameterException(
                spec().commandLine(),
                "unknown demonstration " + Printable.quoted(name) + ": expected " + Demonstration.labels());
    }
}
