package io.lumia.cli;

import io.lumia.config.LumiaConfig;
import io.lumia.swarm.report.HtmlReport;
import io.lumia.swarm.report.JsonReport;
import io.lumia.swarm.report.RunReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lumia swarm}: simulated devices as a process of their own. */
@Command(
        name = "swarm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Loads a deployment with simulated devices, each with its own key, certificate, address and connection, and measures delivery.",
            "Ours or others': whatever enrols at Lumia's provisioning, certifies by ACME and speaks MQTT 5 (docs/load-testing.md)."
        },
        exitCodeOnExecutionException = 3,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:ran, and kept to every limit",
            "1:a limit was not kept to",
            "2:wrong usage",
            "3:could not start, or the report could not be written",
            "130, 143:ended by Ctrl-C or SIGTERM, with its report"
        })
public final class SwarmCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(SwarmCommand.class);
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(70);

    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final SwarmOptions options = new SwarmOptions();

    @Mixin
    private final FaultOptions faults = new FaultOptions();

    @Option(
            names = "--duration",
            paramLabel = "D",
            order = 40,
            converter = SwarmLimitOptions.Length.class,
            description = "Ends after this time (default: at Ctrl-C; with --rotate when everybody has renewed).")
    private @Nullable Duration duration;

    @Option(
            names = "--rotate",
            paramLabel = "N/s",
            order = 41,
            converter = Rate.Reader.class,
            description = "When all are connected, renews every device once, so many a second.")
    private @Nullable Rate rotation;

    @Option(
            names = "--from-connected",
            order = 42,
            description =
                    "Measures delivery from when all are connected, without the ramp; --duration counts from there.")
    private boolean fromConnected;

    @Mixin
    private final SwarmLimitOptions limits = new SwarmLimitOptions();

    @Option(
            names = "--json",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "-",
            order = 60,
            description = "The report as JSON, to a file or to standard output.")
    private @Nullable Path json;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            order = 61,
            description = "The report as one page of HTML with charts, which needs nothing else.")
    private @Nullable Path html;

    @Mixin
    private final ConfigOptions configuration = new ConfigOptions("swarm");

    private final CountDownLatch told = new CountDownLatch(1);

    @Override
    public Integer call() throws Exception {
        demandWritable("--json", json);
        demandWritable("--report", html);
        var implied = new ArrayList<>(List.of("parts=swarm,metrics"));
        implied.addAll(options.settings());
        implied.addAll(faults.settings());
        var config = configuration.load(implied).config();
        Logging.ofProcess().apply(config.log());
        try (var held = DataLock.on(config.data())) {
            log.atDebug().addKeyValue("lock", held).log("data directory is ours");
            return run(config);
        }
    }

    /** Better before the run than after it. */
    private void demandWritable(String option, @Nullable Path file) {
        if (file == null || file.equals(STANDARD_OUTPUT)) {
            return;
        }
        var directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || directory == null || !Files.isWritable(directory)) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    option + ": cannot write " + file + "; choose another file");
        }
    }

    private int run(LumiaConfig config) throws InterruptedException, IOException {
        var process = new SwarmProcess(
                config,
                Clock.systemUTC(),
                new SwarmProcess.Plan(duration, rotation == null ? null : rotation.perSecond(), fromConnected));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> signalled(process), "lumia-swarm-end"));
        try {
            var swarm = process.start();
            err().println("metrics at http://" + config.metrics().host() + ":" + process.metricsPort() + "/metrics");
            RunReport report;
            try (var progress = new SwarmProgress(swarm, err(), Terminal.colours())) {
                progress.begin();
                report = process.run(swarm, limits.limits());
            }
            process.stop();
            write(report);
            return report.held() ? 0 : 1;
        } finally {
            told.countDown();
        }
    }

    /** Ctrl-C and SIGTERM end the run, and the process only when its report is written. */
    private void signalled(SwarmProcess process) {
        process.end();
        try {
            if (!told.await(LONGEST_FAREWELL.toSeconds(), TimeUnit.SECONDS)) {
                log.atWarn().log("did not end in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(RunReport report) throws IOException {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        var file = json;
        var text = JsonReport.of(report).encodePrettily();
        if (file != null && file.equals(STANDARD_OUTPUT)) {
            out.println(text);
            out.flush();
        } else {
            SwarmSummary.print(report, out);
        }
        if (file != null && !file.equals(STANDARD_OUTPUT)) {
            Files.writeString(file, text + "\n");
        }
        var page = html;
        if (page != null) {
            Files.writeString(page, HtmlReport.of(report));
        }
    }

    private PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }
}
