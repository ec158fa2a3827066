package io.lumia.cli;

import io.lumia.bench.IssuanceBench;
import io.lumia.bench.IssuanceBench.Plan;
import io.lumia.bench.IssuanceCase;
import io.lumia.bench.IssuanceResult;
import io.lumia.config.LogConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lumia bench issuance}: certificates a second and processor time for each, ours and step-ca's. */
@Command(
        name = "issuance",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how the embedded CA issues, side by side with step-ca where it is installed. Each is a process of its own on "
                    + "loopback with a temporary data directory, and gets the same load in turns.",
            "Cases: acme, acme-one, sign, renew, renew-connect, rekey. CPU per operation is the figure to trust: the load shares the "
                    + "machine, so rates are good for comparing within one run only."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured, whether the goals are met or not",
            "1:a subject could not be measured, or operations failed",
            "2:wrong usage",
            "130, 143:stopped by Ctrl-C or SIGTERM; processes and directories are removed"
        })
final class BenchIssuanceCommand implements Callable<Integer> {
    private static final int MOST_WORKERS = 256;
    /** 128 and the number of SIGINT; while a signal ends the process, Java's own code goes before it. */
    private static final int STOPPED = 130;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print the results as JSON")
    private boolean json;

    @Option(
            names = "--subjects",
            split = ",",
            paramLabel = "NAME",
            description =
                    "What to measure; default: ${DEFAULT-VALUE}, step-ca where it is installed; lumia-postgresql: ours with its"
                            + " store in the PostgreSQL of LUMIA_STORE_URL and LUMIA_STORE_PASSWORD")
    private List<String> subjects = IssuanceBench.SUBJECTS;

    @Option(names = "--cases", split = ",", paramLabel = "CASE", description = "Which cases; default: all")
    private List<String> cases =
            Stream.of(IssuanceCase.values()).map(IssuanceCase::label).toList();

    @Option(names = "--seconds", paramLabel = "N", description = "Length of a round; default: ${DEFAULT-VALUE}")
    private int seconds = 5;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "Rounds of each case and subject, in turns; figures are their medians; default: ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description =
                    "Seconds of load that do not count, for each subject before each case; repeated while the CPU for an "
                            + "operation still falls by a tenth, eight times at most; 0: none; default: ${DEFAULT-VALUE}")
    private int warmUp = 5;

    @Option(names = "--concurrency", paramLabel = "N", description = "Clients at once; default: ${DEFAULT-VALUE}")
    private int concurrency = 16;

    private @Nullable BenchConsole console;

    @Override
    public Integer call() throws Exception {
        var plan = plan();
        Logging.ofProcess().apply(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.WARN));
        // otherwise "a new TLS connection each" would measure resumption; read once by Netty, when its first client
        // context is made
        System.setProperty("io.netty.handler.ssl.openssl.sessionCacheClient", "false");
        var machine = Machine.now();
        var bench = new IssuanceBench(plan, console()::tell, Clock.systemUTC());
        var measured = console().measure(bench, bench::run);
        if (measured.isEmpty()) {
            return STOPPED;
        }
        var results = measured.get();
        var report = new BenchIssuanceReport(machine, results, concurrency);
        var out = spec().commandLine().getOut();
        if (json) {
            out.println(report.json().toPrettyString());
        } else {
            report.print(out);
        }
        out.flush();
        return failures(results) ? 1 : 0;
    }

    private Plan plan() {
        console().require(seconds > 0, "--seconds must be at least 1, is " + seconds);
        console().require(rounds > 0, "--rounds must be at least 1, is " + rounds);
        console().require(warmUp >= 0, "--warm-up must not be negative, is " + warmUp);
        console()
                .require(
                        concurrency > 0 && concurrency <= MOST_WORKERS,
                        "--concurrency must be 1 to " + MOST_WORKERS + ", is " + concurrency);
        return new Plan(
                cases.stream().distinct().map(this::named).toList(),
                console().present(subjects, IssuanceBench.KNOWN, IssuanceBench::missing),
                Duration.ofSeconds(warmUp),
                Duration.ofSeconds(seconds),
                rounds,
                concurrency);
    }

    private IssuanceCase named(String label) {
        return IssuanceCase.called(label)
                .orElseThrow(() -> new ParameterException(
                        spec().commandLine(), "--cases: unknown case '" + label + "'; --help lists them"));
    }

    private boolean failures(List<IssuanceResult> results) {
        var failed = results.stream()
                .filter(result -> result.errors() > 0 || result.operations() == 0)
                .toList();
        failed.forEach(result -> console()
                .tell(result.which().label() + ": " + result.subject() + " failed " + result.errors() + " times: "
                        + result.firstError().orElse("nothing was done in time")));
        return !failed.isEmpty();
    }

    private BenchConsole console() {
        var known = console;
        if (known == null) {
            known = new BenchConsole(spec().commandLine());
            console = known;
        }
        return known;
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }
}
