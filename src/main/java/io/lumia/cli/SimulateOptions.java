package io.lumia.cli;

import io.lumia.config.Durations;
import io.lumia.config.LumiaConfig;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RetrySchedule;
import io.lumia.simulation.Outage;
import io.lumia.simulation.Scenario;
import io.lumia.simulation.Scenario.Capacity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code lumia simulate} is told about fleet, CA and time. Everything that does not fit is an IllegalArgumentException with a sentence. */
final class SimulateOptions {
    private static final int MOST_DEVICES = 20_000_000;
    private static final int LIFETIMES = 4;
    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:/(s|m|h))?");

    @Option(names = "--devices", paramLabel = "N", required = true, description = "How many devices.")
    private int devices;

    @Option(
            names = "--lifetime",
            paramLabel = "TIME",
            description = "Of their certificates (default: lifetimes.device, 24h).")
    private @Nullable String lifetime;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "How much time is simulated (default: four lifetimes, and two after the last outage).")
    private @Nullable String lasting;

    @Option(names = "--days", paramLabel = "N", description = "The same in days.")
    private @Nullable Integer days;

    @Option(
            names = "--enrolled",
            paramLabel = "HOW",
            defaultValue = "at-once",
            description = "Over what time the fleet enrols: at-once (default), or a time such as 8h.")
    private String enrolled = "at-once";

    @Option(
            names = "--outage",
            paramLabel = "AT,FOR",
            description = "The CA is down from AT on (since the begin) for so long, such as 2d,4h; may be repeated.")
    private List<String> outages = new ArrayList<>();

    @Option(
            names = "--capacity",
            paramLabel = "N/s",
            description = "Certificates that the CA can issue a second (default: any number).")
    private @Nullable String capacity;

    @Option(
            names = "--no-spreading",
            description = "All renew at the latest moment and try again by agent.retry-* alone.")
    private boolean noSpreading;

    @Option(
            names = "--remaining-lifetime",
            paramLabel = "SHARE",
            description = "Left at the latest when a certificate is renewed (renewal.remaining-lifetime).")
    private @Nullable String remainingLifetime;

    @Option(
            names = "--spread",
            paramLabel = "SHARE",
            description = "Of the lifetime over which renewals are spread (renewal.spread).")
    private @Nullable String spread;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "The same seed, the same course.")
    private long seed = 1;

    boolean spread() {
        return !noSpreading;
    }

    /** Settings that the options stand for. */
    List<String> implied() {
        var settings = new ArrayList<String>();
        if (remainingLifetime != null) {
            settings.add("renewal.remaining-lifetime=" + remainingLifetime);
        }
        if (spread != null) {
            settings.add("renewal.spread=" + spread);
        }
        return settings;
    }

    Scenario scenario(RenewalPolicy policy, RetrySchedule retries, LumiaConfig config) {
        demand(devices >= 1 && devices <= MOST_DEVICES, "--devices must be from 1 to " + MOST_DEVICES);
        var life = lifetime == null ? config.lifetimes().device() : time("--lifetime", lifetime);
        var down = outages.stream()
                .map(SimulateOptions::outage)
                .sorted(Comparator.comparing(Outage::from))
                .toList();
        return new Scenario(
                devices,
                life,
                lasting(life, down),
                "at-once".equals(enrolled) ? Duration.ZERO : time("--enrolled", enrolled),
                down,
                new Capacity(perSecond(), config.authority().requests(), COME_BACK),
                policy,
                retries,
                true,
                seed);
    }

    private Duration lasting(Duration life, List<Outage> down) {
        demand(lasting == null || days == null, "--for and --days say the same; give one of them");
        if (lasting != null) {
            return time("--for", lasting);
        }
        if (days != null) {
            return Duration.ofDays(days);
        }
        var usual = life.multipliedBy(LIFETIMES);
        var after = down.isEmpty() ? usual : down.get(down.size() - 1).end().plus(life.multipliedBy(2));
        return after.compareTo(usual) > 0 ? after : usual;
    }

    private double perSecond() {
        if (capacity == null) {
            return Double.POSITIVE_INFINITY;
        }
        var rate = RATE.matcher(capacity);
        demand(rate.matches(), "--capacity must be a number such as 300/s, is '" + capacity + "'");
        double many = Double.parseDouble(rate.group(1));
        demand(many > 0, "--capacity must be positive");
        return "m".equals(rate.group(2)) ? many / 60 : "h".equals(rate.group(2)) ? many / 3600 : many;
    }

    private static Outage outage(String text) {
        var parts = text.split(",", -1);
        demand(parts.length == 2, "--outage must be AT,FOR such as 2d,4h, is '" + text + "'");
        return new Outage(time("--outage", parts[0]), time("--outage", parts[1]));
    }

    private static Duration time(String option, String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(option + ": " + malformed.getMessage(), malformed);
        }
    }

    private static void demand(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
