package io.lumia.cli;

import io.lumia.bus.FleetBus;
import io.lumia.config.LumiaConfig;
import io.lumia.crypto.CryptoProviders;
import io.lumia.issuance.CertificateSources;
import io.lumia.renewal.RenewalReport;
import io.lumia.renewal.Renewals;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Renews the certificates of the configured brokers by the nine steps, side by side, and ends. */
@Command(
        name = "renew",
        mixinStandardHelpOptions = true,
        description = "Renews the certificates of the configured brokers that are due; fit for cron and systemd.",
        footer = {"", "lumia run with the part renewal does the same by itself, when each is due."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:nothing to do, or renewed",
            "1:failed and fell back on what was in use or on a self-signed one, or another run has the instance",
            "2:critical: failed, and what is in use ends soon or is not known to work; or wrong usage"
        })
public final class RenewCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--once",
            description = "One attempt each; without it a failure that may pass is tried again twice.")
    private boolean once;

    @Option(names = "--force", description = "Renew also what is not due.")
    private boolean force;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Parameters(paramLabel = "INSTANCE", arity = "0..*", description = "Of renewal.instances; default: all.")
    private List<String> names = new ArrayList<>();

    @Override
    public Integer call() {
        var config = options.load().config();
        Logging.ofProcess().apply(config.log());
        var wanted = wanted(config);
        CryptoProviders.install();
        var vertx = Vertx.vertx();
        FleetBus.install(vertx);
        try {
            return print(renewed(vertx, config, wanted));
        } finally {
            vertx.close().await();
        }
    }

    private List<String> wanted(LumiaConfig config) {
        var known = config.renewal().instances().keySet();
        if (known.isEmpty()) {
            throw usage("renewal.instances is empty: there is nothing to renew; docs/renewal.md has an example");
        }
        for (String name : names) {
            if (!known.contains(name)) {
                throw usage("there is no instance " + name + "; renewal.instances has " + String.join(", ", known));
            }
        }
        return names.isEmpty() ? List.copyOf(known) : names.stream().distinct().toList();
    }

    private List<RenewalReport> renewed(Vertx vertx, LumiaConfig config, List<String> wanted) {
        var clock = Clock.systemUTC();
        var sources = new CertificateSources(vertx, config.data(), clock);
        try (var renewals = Instances.renewals(vertx, config, sources, clock)) {
            var running = wanted.stream()
                    .map(name -> renewals.renew(name, force, once ? Renewals.ONCE : Renewals.PATIENTLY))
                    .toList();
            Future.join(running).await();
            return running.stream().map(Future::result).toList();
        }
    }

    /** @return the gravest exit code */
    private int print(List<RenewalReport> reports) {
        var out = spec().commandLine().getOut();
        if (json) {
            out.println(RenewalReports.json(reports).toPrettyString());
        } else {
            new RenewalReports(out, Terminal.colours()).print(reports);
        }
        out.flush();
        return reports.stream().mapToInt(RenewalReport::exitCode).max().orElse(0);
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec().commandLine(), sentence);
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the command before it runs");
        }
        return spec;
    }
}
