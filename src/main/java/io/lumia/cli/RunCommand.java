package io.lumia.cli;

import io.lumia.cli.FleetProcess.Addresses;
import io.lumia.config.LoadedConfig;
import io.lumia.config.LumiaConfig;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the parts that the profile names, in the foreground, until it is told to stop. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs the parts that the profile names, in the foreground, until Ctrl-C.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "1:could not start, or the configuration cannot be used",
            "2:wrong usage",
            "130, 143:stopped in order by Ctrl-C or SIGTERM"
        })
public final class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(20);

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public Integer call() throws Exception {
        var loaded = options.load();
        var config = loaded.config();
        Logging.ofProcess().apply(config.log());
        try (var held = DataLock.on(config.data())) {
            log.atDebug().addKeyValue("lock", held).log("data directory is ours");
            var fleet = new FleetProcess(config, Clock.systemUTC(), settings(loaded));
            var stopOnSignal = stopping(fleet);
            Runtime.getRuntime().addShutdownHook(stopOnSignal);
            start(fleet, stopOnSignal);
            announce(config, fleet.addresses().await());
            fleet.newAdminToken().filter(token -> Terminal.isRead()).ifPresent(this::showOnce);
            tellWhenFleetIsUp(config, fleet);
            stopped.await();
        }
        return 0;
    }

    private SettingsVerticle settings(LoadedConfig loaded) {
        return new SettingsVerticle(
                new RunningSettings(options::loadUnder, loaded),
                options.files(),
                loaded.config().settings().reloadInterval(),
                Logging.ofProcess()::level,
                Clock.systemUTC());
    }

    private void announce(LumiaConfig config, Addresses addresses) {
        var out = out();
        out.println("Lumia is ready in " + sinceProcessStart() + " ms");
        ReadyLines.of(config, addresses).forEach(out::println);
        out.flush();
    }

    /** To somebody who sits there; where output goes to a file or a journal, the token stays in its own file. */
    private void showOnce(String token) {
        out().println("  admin token   " + token + "  (shown this once)");
        out().flush();
    }

    private void tellWhenFleetIsUp(LumiaConfig config, FleetProcess fleet) {
        fleet.swarm()
                .ifPresent(swarm -> swarm.ready().onSuccess(up -> {
                    out().println("All " + config.swarm().devices() + " devices are connected after "
                            + sinceProcessStart() + " ms");
                    out().flush();
                }));
    }

    /** A failed start has stopped what it began; then there is nothing left to stop. */
    private static void start(FleetProcess fleet, Thread stopOnSignal) {
        try {
            fleet.start().await();
        } catch (Throwable failed) {
            forget(stopOnSignal);
            throw failed;
        }
    }

    private static void forget(Thread stopOnSignal) {
        try {
            Runtime.getRuntime().removeShutdownHook(stopOnSignal);
        } catch (IllegalStateException signalled) {
            log.atDebug().log("stopped by a signal while starting");
        }
    }

    /** SIGINT and SIGTERM end the process only after everything was stopped in order. */
    private Thread stopping(FleetProcess fleet) {
        return new Thread(
                () -> {
                    log.atInfo().log("stopping");
                    try {
                        fleet.stop().await(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS);
                        log.atInfo().log("stopped");
                    } catch (TimeoutException | RuntimeException unclean) {
                        log.atWarn().addKeyValue("reason", unclean).log("did not stop cleanly in time");
                    }
                    stopped.countDown();
                },
                "lumia-stop");
    }

    private PrintWriter out() {
        return java.util.Objects.requireNonNull(spec).commandLine().getOut();
    }

    /** In milliseconds, from the start of the Java process; the operating system tells its start only to the second. */
    private static long sinceProcessStart() {
        return ManagementFactory.getRuntimeMXBean().getUptime();
    }
}
