package io.lumia.cli;

import io.lumia.config.CannotStart;
import io.lumia.config.Durations;
import io.lumia.config.LumiaConfig;
import io.lumia.swarm.Swarm;
import io.lumia.swarm.report.Limits;
import io.lumia.swarm.report.RunReport;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of simulated devices, from the first start to the report. Blocks; for the command's thread. */
final class SwarmProcess {
    private static final Logger log = LoggerFactory.getLogger(SwarmProcess.class);
    /** Longer than a message may take before it is lost. */
    private static final Duration SETTLING = Duration.ofSeconds(10);

    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private final LumiaConfig config;
    private final Clock clock;
    private final Plan plan;
    private final FleetProcess fleet;
    private final CountDownLatch end = new CountDownLatch(1);
    private final String machine = Machine.now();
    private final Instant began;
    private volatile boolean ended;

    /**
     * How a run goes.
     *
     * @param duration from the start, or from when all were connected; null: until it is told to end, or until everybody has renewed
     * @param rotation renewals per second of a rotation that begins when all are connected; null: none
     * @param fromConnected delivery and duration are measured from when all were connected
     */
    record Plan(@Nullable Duration duration, @Nullable Double rotation, boolean fromConnected) {}

    SwarmProcess(LumiaConfig config, Clock clock, Plan plan) {
        this.config = config;
        this.clock = clock;
        this.plan = plan;
        this.fleet = new FleetProcess(config, clock);
        this.began = clock.instant();
    }

    /** @throws CannotStart naming what is in the way */
    Swarm start() {
        fleet.start().await();
        var swarm =
                fleet.swarm().orElseThrow(() -> new CannotStart("swarm.devices: a swarm needs at least one device"));
        var unused = swarm.ready().onSuccess(all -> connected(swarm)).onFailure(this::neverAll);
        return swarm;
    }

    /** Where its metrics are; 0: nowhere. */
    int metricsPort() {
        return fleet.addresses().await().metricsPort();
    }

    private void neverAll(Throwable reason) {
        if (!ended) {
            log.atWarn().addKeyValue("reason", reason.getMessage()).log("not every device will be connected");
            if (plan.fromConnected) {
                end();
            }
        }
    }

    private void connected(Swarm swarm) {
        if (plan.fromConnected) {
            swarm.measureFromNow();
            if (plan.duration != null) {
                fleet.vertx().setTimer(Math.max(1, plan.duration.toMillis()), over -> end());
            }
        }
        if (plan.rotation != null) {
            var unused = swarm.rotate(plan.rotation).onSuccess(rotated -> {
                if (plan.duration == null) {
                    end();
                }
            });
        }
    }

    /** Ends {@link #run} soon; from any thread. */
    void end() {
        end.countDown();
    }

    /** Completes at the end of the run, with every message arrived or given up. */
    RunReport run(Swarm swarm, Limits limits) throws InterruptedException {
        if (plan.duration == null || plan.fromConnected) {
            end.await();
        } else {
            var unused = end.await(plan.duration.toMillis(), TimeUnit.MILLISECONDS);
        }
        ended = true;
        int connected = swarm.counts().connected();
        awaited(swarm.settle(SETTLING), SETTLING.multipliedBy(2));
        var counts = swarm.counts();
        var delivery = swarm.delivery();
        return new RunReport(
                machine,
                began,
                Duration.between(began, clock.instant()),
                settings(),
                counts,
                connected,
                delivery,
                swarm.roundTrips(),
                swarm.enrolment(),
                swarm.timeline(),
                swarm.faults(),
                limits.judge(counts, connected, delivery));
    }

    void stop() {
        awaited(fleet.stop(), LONGEST_STOP);
    }

    private static void awaited(Future<Void> future, Duration patience) {
        try {
            future.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | RuntimeException unclean) {
            log.atWarn().addKeyValue("reason", unclean).log("did not end cleanly in time");
        }
    }

    private Map<String, String> settings() {
        var swarm = config.swarm();
        var load = swarm.load();
        var settings = new LinkedHashMap<String, String>();
        var url = config.agent().provisioningUrl();
        settings.put(
                "provisioning",
                url == null ? "http://127.0.0.1:" + config.provisioning().port() : url.toString());
        settings.put("addresses", swarm.addressRange());
        settings.put("ramp", swarm.rampPerSecond() + "/s");
        settings.put(
                "telemetry",
                "every " + Durations.text(swarm.telemetryInterval()) + ", "
                        + load.pattern().name().toLowerCase(Locale.ROOT) + ", QoS " + swarm.qos());
        settings.put("payload", load.payload() == 0 ? "as it comes" : load.payload() + " bytes");
        settings.put(
                "measured",
                load.measure() * 100 + " % of the devices, from "
                        + (plan.fromConnected ? "when all were connected" : "the start"));
        settings.put("commands", load.commands() + "/s");
        settings.put("churn", load.churn() * 100 + " % a minute");
        settings.put("rotation", plan.rotation == null ? "none" : plan.rotation + "/s");
        return settings;
    }
}
