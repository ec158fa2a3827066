package io.lumia.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.config.CannotStart;
import io.lumia.config.Durations;
import io.lumia.expiry.Finding;
import io.lumia.expiry.Look;
import io.lumia.expiry.Verdict;
import io.lumia.expiry.Watch;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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

/** {@code lumia check}: when certificates end, in files and at endpoints. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description =
                "Tells when certificates in files and at TLS, MQTT and ACME endpoints end, and whether these answer.",
        exitCodeOnInvalidInput = 3,
        exitCodeOnExecutionException = 3,
        exitCodeListHeading = "Exit codes, the gravest of what was looked at:%n",
        exitCodeList = {
            "0:healthy",
            "1:warning: less left than --warning, or a quarter of a short lifetime",
            "2:critical: less left than --critical, or a tenth; expired, not trusted, or a service that does not answer",
            "3:unknown: could not be looked at; wrong usage"
        })
public final class CheckCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "FILE or host:port",
            description = {
                "PEM, DER or PKCS#12 file or pattern, host:port of a TLS server, mqtts://host:port of a broker,"
                        + " https://… of an ACME directory. None: what the configuration watches (expiry.watch)."
            })
    private List<String> subjects = new ArrayList<>();

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Roots to which chains must lead, for the right name; PEM.")
    private @Nullable Path ca;

    @Option(
            names = "--crl",
            paramLabel = "FILE",
            description = "CRL of the chain's issuers; may be repeated. Needs --ca.")
    private List<Path> crls = new ArrayList<>();

    @Option(names = "--name", paramLabel = "NAME", description = "Name the certificate must be for; else the host.")
    private @Nullable String name;

    @Option(names = "--cert", paramLabel = "FILE", description = "Certificate to show to the endpoint, PEM.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key, PEM.")
    private @Nullable Path key;

    @Option(names = "--password-file", paramLabel = "FILE", description = "With the password of PKCS#12 files.")
    private @Nullable Path passwordFile;

    @Option(names = "--warning", paramLabel = "TIME", description = "Warn when less is left (expiry.warning: 7d).")
    private @Nullable String warning;

    @Option(
            names = "--critical",
            paramLabel = "TIME",
            description = "Critical when less is left (expiry.critical: 3d).")
    private @Nullable String critical;

    @Option(names = "--timeout", paramLabel = "TIME", description = "For one endpoint (expiry.probe-timeout: 10s).")
    private @Nullable String timeout;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Clock clock;

    public CheckCommand() {
        this(Clock.systemUTC());
    }

    CheckCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        demandPairs();
        var config = options.load(implied()).config().expiry();
        var asked = new CheckSubjects(
                new Watch.Expectation(ca, crls, name),
                certificate,
                key,
                passwordFile,
                config.warning(),
                config.critical());
        var watches = subjects.isEmpty()
                ? config.watch().entrySet().stream()
                        .map(each -> Watch.of(each.getKey(), each.getValue(), config))
                        .toList()
                : subjects.stream().map(subject -> parsed(asked, subject)).toList();
        if (watches.isEmpty()) {
            throw new CannotStart("nothing to check: name files or endpoints, or set expiry.watch");
        }
        var look = new Look(clock, config.probeTimeout());
        var findings = watches.parallelStream()
                .flatMap(watch -> look.at(watch).stream())
                .toList();
        print(findings);
        return Verdict.of(findings).exitCode();
    }

    private Watch parsed(CheckSubjects asked, String subject) {
        try {
            return asked.watch(subject);
        } catch (IllegalArgumentException malformed) {
            throw new ParameterException(spec().commandLine(), subject + ": " + malformed.getMessage());
        }
    }

    private void demandPairs() {
        if ((certificate == null) != (key == null)) {
            throw new ParameterException(spec().commandLine(), "--cert and --key belong together");
        }
        if (!crls.isEmpty() && ca == null) {
            throw new ParameterException(spec().commandLine(), "--crl needs --ca, the CAs they are of");
        }
        for (String time : new String[] {warning, critical, timeout}) {
            try {
                var unused = time == null ? Duration.ZERO : Durations.parse(time);
            } catch (IllegalArgumentException malformed) {
                throw new ParameterException(spec().commandLine(), "'" + time + "' is no duration such as 7d or 12h");
            }
        }
    }

    private List<String> implied() {
        var settings = new ArrayList<String>();
        if (warning != null) {
            settings.add("expiry.warning=" + warning);
        }
        if (critical != null) {
            settings.add("expiry.critical=" + critical);
        }
        if (timeout != null) {
            settings.add("expiry.probe-timeout=" + timeout);
        }
        return settings;
    }

    private void print(List<Finding> findings) {
        var out = spec().commandLine().getOut();
        if (json) {
            out.println(json(findings).toPrettyString());
        } else {
            new CheckTable(findings).print(out, Terminal.coloursInAnswers());
        }
        out.flush();
    }

    private static ObjectNode json(List<Finding> findings) {
        var answer = AdminClient.JSON
                .createObjectNode()
                .put("status", Verdict.of(findings).label())
                .put("exitCode", Verdict.of(findings).exitCode());
        var list = answer.putArray("checks");
        for (Finding finding : findings) {
            list.addObject()
                    .put("name", finding.name())
                    .put("subject", finding.subject())
                    .put("status", finding.verdict().label())
                    .put(
                            "notAfter",
                            finding.notAfter() == null
                                    ? null
                                    : finding.notAfter().toString())
                    .put("certificate", finding.certificate())
                    .put("up", finding.up())
                    .put("detail", finding.detail());
        }
        return answer;
    }

    private CommandSpec spec() {
        return java.util.Objects.requireNonNull(spec, "picocli sets the command before it runs");
    }
}
