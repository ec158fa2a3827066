package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong with some devices of a running system, how the system takes it, and which alerts tell of it at a real Prometheus: these and no
 * others, none before its fault.
 */
class PrometheusFaultsIT {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
    /** What waited for a link that was cut or dead arrives late. */
    private static final String CONSEQUENCE = "LumiaDeliverySlow";

    /** A certificate of seconds, dated back by a minute for clocks that are behind, never has a quarter of its lifetime left. */
    private static final String LOOKED_AT = "identity!=\"app\"";

    private static final Pattern LOST = Pattern.compile("connection lost.*identity=(\\S+)");

    @TempDir
    Path directory;

    private RunningLumia lumia;
    private ScrapingPrometheus prometheus;

    @AfterEach
    void stop() throws Exception {
        if (prometheus != null) {
            prometheus.close();
        }
        if (lumia != null) {
            lumia.stop();
        }
    }

    @Test
    void of_clocks_copies_and_links() throws Exception {
        run(
                "127.86.0.0/16",
                8,
                "agent.keep-alive=2s",
                "agent.retry-longest=1s",
                "swarm.faults.fast.kind=clock",
                "swarm.faults.fast.after=4s",
                "swarm.faults.fast.devices=dev-0001",
                "swarm.faults.fast.ahead=6h",
                "swarm.faults.slow.kind=clock",
                "swarm.faults.slow.after=4s",
                "swarm.faults.slow.devices=dev-0002",
                "swarm.faults.slow.behind=6h",
                "swarm.faults.thief.kind=stolen",
                "swarm.faults.thief.after=4s",
                "swarm.faults.thief.devices=dev-0003",
                "swarm.faults.dead.kind=half-open",
                "swarm.faults.dead.after=4s",
                "swarm.faults.dead.devices=dev-0004",
                "swarm.faults.dead.lasts=5s",
                "swarm.faults.loose.kind=flapping",
                "swarm.faults.loose.after=4s",
                "swarm.faults.loose.devices=dev-0005",
                "swarm.faults.loose.every=500ms",
                "swarm.faults.loose.lasts=12s");
        firing(
                "LumiaDeviceClockWrong",
                "LumiaCertificateShared",
                "LumiaConnectionsDropped",
                "LumiaConnectionsFlapping");
        ended("flapping", "half-open");

        // clocks: found from both sides, kept out of the delivery times, and nothing else happens to the devices
        assertThat(prometheus.most("lumia_devices_clock_skewed")).isEqualTo(2);
        assertThat(lumia.metric("lumia_mqtt_delivery_skewed_total")).isPositive();
        assertThat(lumia.metric("lumia_mqtt_delivery_seconds_sum")).isLessThan(3600);
        // copies: told once, with both addresses
        assertThat(lumia.metric("lumia_mqtt_certificate_shared_total")).isEqualTo(1);
        assertThat(lumia.said("one certificate is used by two clients at once"))
                .singleElement()
                .asString()
                .contains("'dev-0003'", "127.86.0.4, 127.0.0.1");
        // links: who fell silent was ended by keep-alive, who broke off came back, and nothing that was acknowledged is
        // missing
        assertThat(lumia.metric("lumia_mqtt_disconnects_total", "reason=\"keep_alive\""))
                .isEqualTo(1);
        await("all are back", () -> lumia.metric("lumia_mqtt_connections") == 8 + 1 + 1);
        assertThat(lumia.metric("lumia_mqtt_sequence_gaps_total", "kind=\"lost\""))
                .isZero();
        assertThat(lumia.metric("lumia_acme_renewal_failure_total")).isZero();
        touchedNobodyBut("dev-0004", "dev-0005");
        onlyAndNotBefore(Map.of(
                "LumiaDeviceClockWrong", "clock",
                "LumiaCertificateShared", "stolen",
                "LumiaConnectionsDropped", "half-open",
                "LumiaConnectionsFlapping", "flapping"));
    }

    @Test
    void of_certificates_that_are_not_renewed() throws Exception {
        run(
                "127.87.0.0/16",
                5,
                "lifetimes.device=20s",
                "renewal.remaining-lifetime=0.5",
                "agent.overlap=1s",
                "agent.retry-longest=2s",
                "swarm.faults.away.kind=offline",
                "swarm.faults.away.devices=dev-0001",
                "swarm.faults.away.after=3s",
                "swarm.faults.banned.kind=renewal-refused",
                "swarm.faults.banned.devices=dev-0002",
                "swarm.faults.banned.after=3s",
                "swarm.faults.banned.lasts=15s");
        firing("LumiaRenewalsOverdue", "LumiaRenewalFailureRatio");
        ended("offline", "renewal-refused");

        // both are overdue; the CA said no to one, and the other, which was off past its certificate's end, came back
        // by its identity key
        assertThat(prometheus.most("lumia_renewals_overdue")).isEqualTo(2);
        assertThat(lumia.metric("lumia_acme_renewal_failure_total", "reason=\"refused\""))
                .isPositive();
        assertThat(lumia.metric("lumia_acme_renewal_failure_total"))
                .isEqualTo(lumia.metric("lumia_acme_renewal_failure_total", "reason=\"refused\""));
        await("nobody is overdue any more", () -> lumia.metric("lumia_renewals_overdue") == 0);
        await("all are back", () -> lumia.metric("lumia_mqtt_connections") == 5 + 1);
        assertThat(lumia.said("a device got its first certificate")).hasSize(5 + 1);
        assertThat(lumia.metric("lumia_mqtt_sequence_gaps_total", "kind=\"lost\""))
                .isZero();
        touchedNobodyBut();
        onlyAndNotBefore(Map.of(
                "LumiaRenewalsOverdue", "offline",
                "LumiaRenewalFailureRatio", "renewal-refused"));
    }

    /** The system, and a Prometheus that sees it from the start on. */
    private void run(String addresses, int devices, String... settings) throws Exception {
        int metrics = FreePort.anywhere();
        prometheus =
                new ScrapingPrometheus(directory, QuickRules.in(directory), Map.of("lumia", "127.0.0.1:" + metrics));
        var all = new ArrayList<>(List.of(settings));
        all.add("metrics.port=" + metrics);
        lumia = new RunningLumia(directory.resolve("data"), addresses, devices, all.toArray(String[]::new));
    }

    private void firing(String... alerts) throws Exception {
        await(
                List.of(alerts) + " fire",
                () -> prometheus.firedFirst(LOOKED_AT).keySet().containsAll(List.of(alerts)));
    }

    /** And Prometheus saw it. */
    private void ended(String... faults) throws Exception {
        for (String fault : faults) {
            await(
                    fault + " is over",
                    () -> prometheus
                                    .series("lumia_swarm_faults_active{fault=\"" + fault + "\"} == 0 and max_over_time("
                                            + "lumia_swarm_faults_active{fault=\"" + fault + "\"}[5m]) > 0")
                                    .size()
                            == 1);
        }
    }

    private void touchedNobodyBut(String... devices) {
        var lost = new TreeSet<String>();
        for (String line : lumia.said("connection lost")) {
            var matcher = LOST.matcher(line);
            if (matcher.find()) {
                lost.add(matcher.group(1));
            }
        }
        assertThat(Set.of(devices)).as("who lost a connection").containsAll(lost);
    }

    private void onlyAndNotBefore(Map<String, String> faultByAlert) throws Exception {
        var fired = prometheus.firedFirst(LOOKED_AT);
        var began = prometheus.firsts("fault", "lumia_swarm_faults_active > 0");
        fired.remove(CONSEQUENCE);
        assertThat(fired.keySet()).isEqualTo(new TreeMap<>(faultByAlert).keySet());
        faultByAlert.forEach((alert, fault) ->
                assertThat(fired.get(alert)).as(alert + " after " + fault).isGreaterThanOrEqualTo(began.get(fault)));
    }

    private void await(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!holds.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(what + ": did not happen; fired " + prometheus.firedFirst(LOOKED_AT) + "\n"
                        + String.join(
                                "\n",
                                lumia.said("")
                                        .subList(
                                                Math.max(0, lumia.said("").size() - 80),
                                                lumia.said("").size())));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        }
    }
}
