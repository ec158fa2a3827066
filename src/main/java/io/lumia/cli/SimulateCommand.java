package io.lumia.cli;

import io.lumia.config.LumiaConfig;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RetrySchedule;
import io.lumia.simulation.Outcome;
import io.lumia.simulation.Scenario;
import io.lumia.simulation.Simulation;
import io.lumia.simulation.SvgChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lumia simulate}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = {
            "Renewal load of a fleet in simulated time: peak over mean, backlog after an outage, CA capacity needed.",
            "Devices renew, are refused and try again by the rules of the configuration (renewal.*, agent.retry-*, authority.requests),"
                    + " which --set changes; what the same fleet does without spreading is told beside."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:simulated, whatever came of it",
            "1:with --max-peak or --max-expired: more than that; or the chart could not be written",
            "2:wrong usage"
        })
public final class SimulateCommand implements Callable<Integer> {
    /** Devices that renew together also come back together, minute after minute: a million of them take minutes to simulate. */
    private static final int SAMPLE = 20_000;

    @Mixin
    private SimulateOptions options = new SimulateOptions();

    @Mixin
    private ConfigOptions configuration = new ConfigOptions();

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write a chart of the course.")
    private @Nullable Path svg;

    @Option(names = "--max-peak", paramLabel = "RATIO", description = "Exit 1 when peak over mean is more.")
    private @Nullable Double maxPeak;

    @Option(names = "--max-expired", paramLabel = "N", description = "Exit 1 when more certificates end unrenewed.")
    private @Nullable Long maxExpired;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        long began = System.nanoTime();
        var scenario = scenario();
        var outcome = new Simulation(scenario).run();
        var free = scenario.ca().isUnlimited() ? outcome : new Simulation(scenario.unlimited()).run();
        var without = options.spread()
                ? Simulation.sample(scenario.withoutSpreading(), SAMPLE).run()
                : outcome;
        var report = new SimulationReport(outcome, free, without, Duration.ofNanos(System.nanoTime() - began));
        if (svg != null) {
            Files.writeString(svg, new SvgChart(outcome).text());
        }
        var out = spec().commandLine().getOut();
        out.print(json ? report.json() : report.text(Terminal.coloursInAnswers()));
        out.flush();
        return holds(outcome) ? 0 : 1;
    }

    private Scenario scenario() {
        var config = configuration.load(options.implied()).config();
        try {
            var scenario = options.scenario(policy(config), retries(config), config);
            return options.spread() ? scenario : scenario.withoutSpreading();
        } catch (IllegalArgumentException unfit) {
            throw new ParameterException(spec().commandLine(), unfit.getMessage());
        }
    }

    private static RenewalPolicy policy(LumiaConfig config) {
        var renewal = config.renewal();
        return new RenewalPolicy(renewal.remainingLifetime(), renewal.renewBefore(), renewal.spread());
    }

    private static RetrySchedule retries(LumiaConfig config) {
        return new RetrySchedule(config.agent().retryFirst(), config.agent().retryLongest());
    }

    private boolean holds(Outcome outcome) {
        return (maxPeak == null || outcome.peakOverMean() <= maxPeak)
                && (maxExpired == null || outcome.expired() <= maxExpired);
    }

    private CommandSpec spec() {
        return java.util.Objects.requireNonNull(spec, "picocli sets the command before it runs");
    }
}
