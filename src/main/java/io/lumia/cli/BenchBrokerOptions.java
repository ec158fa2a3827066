package io.lumia.cli;

import io.lumia.bench.BrokerBench;
import io.lumia.bench.BrokerBench.Kind;
import io.lumia.bench.BrokerBench.Plan;
import io.lumia.config.LogConfig;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the broker's benchmarks have in common: their options, and how they run and report. */
final class BenchBrokerOptions {
    private static final int MOST_DEVICES = 9000;
    private static final int MOST_AT_ONCE = 1024;
    /** 128 and the number of SIGINT; while a signal ends the process, Java's own code goes before it. */
    private static final int STOPPED = 130;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print the results as JSON")
    private boolean json;

    @Option(
            names = "--subjects",
            split = ",",
            paramLabel = "NAME",
            description = "What to measure; default: ${DEFAULT-VALUE}, mosquitto where it is installed")
    private List<String> subjects = BrokerBench.SUBJECTS;

    @Option(names = "--devices", paramLabel = "N", description = "Clients; default: ${DEFAULT-VALUE}")
    private int devices = 1000;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Length of each part with messages; default: ${DEFAULT-VALUE}")
    private int seconds = 10;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds, in turns; figures are their medians; default: ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Messages a second, of all clients together; default: ${DEFAULT-VALUE}")
    private int rate = 1000;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            description = "Clients that connect at the same time; default: ${DEFAULT-VALUE}")
    private int atOnce = 32;

    @Option(
            names = "--revoked",
            paramLabel = "N",
            description =
                    "Certificates revoked one by one, and as many again at once; a quarter of the clients at most; "
                            + "default: ${DEFAULT-VALUE}")
    private int revoked = 500;

    @Option(names = "--no-warm-up", description = "Begin at once; a first impression, no figure to compare")
    private boolean cold;

    private @Nullable BenchConsole console;

    /** @return the exit code */
    int run(Kind kind) throws Exception {
        var plan = plan(kind);
        Logging.ofProcess().apply(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.WARN));
        var machine = Machine.now();
        var bench = new BrokerBench(plan, console()::tell);
        var measured = console().measure(bench, bench::run);
        if (measured.isEmpty()) {
            return STOPPED;
        }
        var report =
                new BenchBrokerReport(kind.name().toLowerCase(Locale.ROOT), machine, measured.get(), plan.subjects());
        var out = spec().commandLine().getOut();
        if (json) {
            out.println(report.json().toPrettyString());
        } else {
            report.print(out);
        }
        out.flush();
        var broken = report.brokenPromises();
        broken.forEach(console()::tell);
        return broken.isEmpty() ? 0 : 1;
    }

    private Plan plan(Kind kind) {
        within("--devices", devices, 4, MOST_DEVICES);
        within("--seconds", seconds, 1, 3600);
        within("--rounds", rounds, 1, 100);
        within("--rate", rate, 1, 100_000);
        within("--at-once", atOnce, 1, MOST_AT_ONCE);
        within("--revoked", revoked, 1, MOST_DEVICES);
        var present = console().present(subjects, BrokerBench.SUBJECTS, BrokerBench::missing);
        return new Plan(kind, present, devices, seconds, rounds, rate, atOnce, Math.min(revoked, devices / 4), !cold);
    }

    private void within(String option, int value, int least, int most) {
        console()
                .require(
                        value >= least && value <= most,
                        option + " must be " + least + " to " + most + ", is " + value);
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
