package io.lumia.cli;

import io.lumia.config.FaultConfig.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What goes wrong on purpose: {@code --fault offline=0.05,after=2m,for=10m}, as often as wanted. */
final class FaultOptions {
    private static final Map<String, String> KEYS = Map.of(
            "after", "after",
            "for", "lasts",
            "ahead", "ahead",
            "behind", "behind",
            "every", "every",
            "from", "from",
            "client-id", "client-id");

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = "--fault",
            paramLabel = "KIND=WHO[,KEY=VALUE]...",
            order = 28,
            description = {
                "Something that goes wrong with some devices; may be given several times. KIND: offline, clock,"
                        + " renewal-refused, stolen, flapping, half-open. WHO: a share (0.05 or 5%%) or names"
                        + " (dev-0001+dev-0002). KEY: after, for, and ahead or behind (clock), every (flapping), from,"
                        + " client-id (stolen). authority-restart and broker-restart take no WHO and are only noted"
                        + " (swarm.faults; docs/faults.md)."
            })
    private List<String> faults = List.of();

    /** {@code key=value} of {@code swarm.faults} for each that was given. */
    List<String> settings() {
        var settings = new ArrayList<String>();
        var used = new HashMap<String, Integer>();
        for (String fault : faults) {
            var parts = fault.split(",");
            var kind = parts[0].split("=", 2)[0].strip();
            var name = kind + (used.merge(kind, 1, Integer::sum) == 1 ? "" : "-" + used.get(kind));
            var block = "swarm.faults." + name + ".";
            settings.add(block + "kind=" + known(kind, fault));
            who(parts[0], fault).ifPresent(who -> settings.add(block + who));
            for (String part : List.of(parts).subList(1, parts.length)) {
                settings.add(block + key(part, fault));
            }
        }
        return settings;
    }

    private String known(String kind, String fault) {
        if (Arrays.stream(Kind.values()).noneMatch(each -> each.toString().equals(kind))) {
            throw unfit(
                    fault,
                    "there is no fault '" + kind + "'; expected "
                            + Arrays.stream(Kind.values()).map(Kind::toString).collect(Collectors.joining(", ")));
        }
        return kind;
    }

    private Optional<String> who(String first, String fault) {
        int equals = first.indexOf('=');
        if (equals < 0) {
            return Optional.empty();
        }
        var who = first.substring(equals + 1).strip();
        if (who.matches("[0-9.]+%?")) {
            return Optional.of("share=" + share(who, fault));
        }
        return Optional.of("devices=" + who.replace('+', ','));
    }

    private double share(String text, String fault) {
        try {
            boolean percent = text.endsWith("%");
            double value = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text);
            return percent ? value / 100 : value;
        } catch (NumberFormatException unreadable) {
            throw unfit(fault, "'" + text + "' is no share; expected one such as 0.05 or 5%");
        }
    }

    private String key(String part, String fault) {
        var pair = part.split("=", 2);
        var key = KEYS.get(pair[0].strip());
        if (key == null || pair.length < 2) {
            throw unfit(
                    fault,
                    "expected KEY=VALUE with one of the keys "
                            + KEYS.keySet().stream().sorted().collect(Collectors.joining(", ")) + ", is '" + part
                            + "'");
        }
        return key + "=" + pair[1].strip();
    }

    private ParameterException unfit(String fault, String why) {
        var command = Objects.requireNonNull(spec).commandLine();
        return new ParameterException(command, "--fault " + fault + ": " + why);
    }
}
