package io.lumia.cli;

import io.lumia.bench.IssuanceBench;
import io.lumia.bench.IssuanceCase;
import io.lumia.config.Durations;
import io.lumia.x509.Printable;
import java.time.Duration;
import java.util.ArrayList;
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

/** Measures how fast certificates are issued. */
@Command(
        name = "issuance",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how fast the embedded CA and step-ca issue certificates, and what that costs them.",
            "Each is a process of its own with an empty data directory; the same clients ask them in turn. CPU time for one certificate is the",
            "figure to trust, since the clients share the machine."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:measured, whether goals were met or not", "1:could not be measured", "2:wrong usage"})
public final class IssuanceBenchCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "the figures as JSON")
    private boolean json;

    @Option(
            names = "--subjects",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "step-ca,lumia",
            description = "what is measured (default: ${DEFAULT-VALUE})")
    private List<String> subjects = List.of();

    @Option(
            names = "--cases",
            paramLabel = "NAME",
            split = ",",
            description = "only these of acme, acme-one-client, sign, renew, renew-new-tls, rekey")
    private List<String> cases = List.of();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "time of each case in each round (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "rounds whose median counts (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "before the first round of each case, not counted (default: ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "16",
            description = "clients at once, each with a connection (default: ${DEFAULT-VALUE})")
    private int concurrency;

    @Option(
            names = "--java-option",
            paramLabel = "OPTION",
            description = "further option for the Java process of the embedded CA, for profiling; may be repeated")
    private List<String> javaOptions = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        requirePositive("--seconds", seconds);
        requirePositive("--rounds", rounds);
        requirePositive("--concurrency", concurrency);
        var bench = new IssuanceBench(
                installed(),
                wanted(),
                concurrency,
                Duration.ofSeconds(seconds),
                Duration.ofSeconds(warmUp),
                rounds,
                javaOptions);
        var machine = Machine.ofNow();
        var report = new IssuanceReport(machine, bench.run(this::progress));
        var out = commandLine().commandLine().getOut();
        if (json) {
            out.println(report.json());
        } else {
            out.println(
                    bench.concurrency() + " clients, median of " + rounds + " rounds of " + Durations.text(bench.time())
                            + " after a warm-up of " + Durations.text(bench.warmUp()) + "; " + machine.text());
            report.print(out);
        }
        out.flush();
        return 0;
    }

    private List<String> installed() {
        for (String subject : subjects) {
            if (!IssuanceBench.SUBJECTS.contains(subject)) {
                throw new ParameterException(
                        commandLine().commandLine(),
                        "unknown subject " + Printable.quoted(subject) + ": expected "
                                + String.join(" or ", IssuanceBench.SUBJECTS));
            }
        }
        var there = subjects.stream().filter(IssuanceBench::isInstalled).toList();
        if (!there.containsAll(subjects)) {
            progress(
                    "step-ca or step is not on the PATH, so the embedded CA is measured alone; for both: go install"
                            + " github.com/smallstep/certificates/cmd/step-ca@latest github.com/smallstep/cli/cmd/step@v0.28.7");
        }
        return there.isEmpty() ? List.of("lumia") : there;
    }

    private List<IssuanceCase> wanted() {
        if (cases.isEmpty()) {
            return List.of(IssuanceCase.values());
        }
        return cases.stream()
                .map(name -> Stream.of(IssuanceCase.values())
                        .filter(known -> known.label().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new ParameterException(
                                commandLine().commandLine(), "unknown case " + Printable.quoted(name))))
                .toList();
    }

    private void requirePositive(String option, int value) {
        if (value < 1) {
            throw new ParameterException(commandLine().commandLine(), option + " must be at least 1");
        }
    }

    private void progress(String line) {
        var err = commandLine().commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private CommandSpec commandLine() {
        return Objects.requireNonNull(spec);
    }
}
