package io.lumia.metrics;

import static io.lumia.bus.FleetBus.BACKUP_ENDED;
import static io.lumia.bus.FleetBus.BROKER_STATISTICS;
import static io.lumia.bus.FleetBus.CERTIFICATE_NOT_ISSUED;
import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.COUNT_OVERDUE;
import static io.lumia.bus.FleetBus.DELIVERY_STATISTICS;
import static io.lumia.bus.FleetBus.FORECAST_RENEWALS;
import static io.lumia.bus.FleetBus.HOOK_RUN;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static io.lumia.bus.FleetBus.LIST_SOONEST;
import static io.lumia.bus.FleetBus.PROVISIONING_ANSWERED;
import static io.lumia.bus.FleetBus.REVOCATION_STATISTICS;
import static io.lumia.bus.FleetBus.WATCHED_LOOKED_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.BackupEnded;
import io.lumia.bus.FleetBus.BrokerLoad;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.BrokerStoreStatistics;
import io.lumia.bus.FleetBus.CertificateNotIssued;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.CommandStatistics;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.HookRun;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.ProvisioningAnswered;
import io.lumia.bus.FleetBus.RenewalsForecast;
import io.lumia.bus.FleetBus.RevocationStatistics;
import io.lumia.bus.FleetBus.SoonestDevices;
import io.lumia.bus.FleetBus.WatchedLookedAt;
import io.lumia.config.MetricsConfig;
import io.lumia.config.RenewalConfig;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.DeviceName;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class MetricsVerticleTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Validity ONE_DAY = new Validity(NOW, NOW.plus(Duration.ofDays(1)));
    private static final SerialNumber SERIAL = new SerialNumber(BigInteger.valueOf(77));

    private final Readiness readiness = new Readiness();
    private final MetricsVerticle metrics = new MetricsVerticle(
            new MetricsConfig("127.0.0.1", 0, 2),
            new RenewalConfig(0.333, null, 0.333, Duration.ofHours(1)),
            readiness,
            new DeviceName("lumia-app"),
            new WorkerPools(),
            new MovableClock(NOW));

    /** Kept, for one that nobody keeps is closed by the garbage collection. */
    private HttpClient client;

    @BeforeEach
    void deploy(Vertx vertx, VertxTestContext test) {
        FleetBus.install(vertx);
        client = vertx.createHttpClient();
        vertx.deployVerticle(metrics).onComplete(test.succeedingThenComplete());
    }

    @Test
    void counts_what_the_bus_tells(Vertx vertx, VertxTestContext test) {
        PROVISIONING_ANSWERED.publish(vertx, new ProvisioningAnswered("not_whitelisted", "192.0.2.1", "dev-0001"));
        CERTIFICATE_RENEWED.publish(
                vertx, new CertificateRenewed("dev-0001", SERIAL, ONE_DAY, "acme", Duration.ofMillis(30)));
        FleetBus.INSTANCE_LOOKED_AT.publish(vertx, new FleetBus.InstanceLookedAt("site-a", ONE_DAY));
        LISTENER_RELOADED.publish(
                vertx, new ListenerReloaded("broker", SERIAL, NOW, ONE_DAY, "reloaded", "embedded", null));
        LISTENER_RELOADED.publish(
                vertx, new ListenerReloaded("gui", SERIAL, NOW, ONE_DAY, "fallback", "fallback", null));

        scrape().onComplete(test.succeeding(text -> test.verify(() -> {
            assertThat(text)
                    .contains("lumia_provisioning_requests_total{result=\"not_whitelisted\"} 1.0")
                    .contains("lumia_acme_renewal_success_total 1.0")
                    .contains("lumia_renewal_last_success_timestamp_seconds " + exact(NOW))
                    .contains("lumia_renewal_duration_seconds_bucket{method=\"acme\",le=\"0.05\"} 1")
                    .contains("lumia_tls_reloads_total{listener=\"broker\",result=\"reloaded\"} 1.0")
                    .contains("lumia_certificate_expiry_timestamp_seconds{identity=\"broker\"} "
                            + exact(ONE_DAY.notAfter()))
                    .contains("lumia_certificate_expiry_timestamp_seconds{identity=\"site-a\"} "
                            + exact(ONE_DAY.notAfter()))
                    .contains("lumia_certificate_lifetime_seconds{identity=\"broker\"} 86400.0")
                    .contains("lumia_certificate_lifetime_seconds{identity=\"site-a\"} 86400.0")
                    .contains("lumia_tls_reloads_total{listener=\"broker\",result=\"rolled_back\"} 0.0")
                    .contains("lumia_tls_fallback_in_use{listener=\"broker\"} 0.0")
                    .contains("lumia_tls_fallback_in_use{listener=\"gui\"} 1.0")
                    .contains("lumia_build_info{java=")
                    .doesNotContain("dev-0001")
                    .doesNotContain("192.0.2.1");
            test.completeNow();
        })));
    }

    @Test
    void times_requests_by_what_came_of_them(Vertx vertx, VertxTestContext test) {
        for (String result : List.of("refused", "refused", "failed")) {
            CERTIFICATE_NOT_ISSUED.publish(vertx, new CertificateNotIssued("acme", result, Duration.ofMillis(30)));
        }
        scrape().onComplete(test.succeeding(text -> test.verify(() -> {
            assertThat(text)
                    .contains("lumia_certificate_issue_duration_seconds_count{result=\"refused\",via=\"acme\"} 2")
                    .contains("lumia_certificate_issue_duration_seconds_count{result=\"failed\",via=\"acme\"} 1");
            test.completeNow();
        })));
    }

    @Test
    void reads_the_hot_counters_when_somebody_scrapes(Vertx vertx, VertxTestContext test) {
        var broker = new BrokerStatistics(
                26,
                27,
                3,
                Map.of("accepted", 30L, "expired", 2L),
                Map.of("1/in", 500L),
                Map.of("publish", 4L),
                Map.of(),
                new BrokerLoad(7, 8, 9, 10, 11, 12),
                new BrokerStoreStatistics(false, 4096, 7, 9, 10, 40, Duration.ofMillis(20), 0));
        var times = new Histogram(List.of(0.001, 0.01), List.of(5L, 3L, 1L), 0.2);
        var commands = new CommandStatistics(11, Map.of("answered", 9L, "timed_out", 2L), times);
        var delivery = new DeliveryStatistics(Map.of(1, times), 0, 2, 3, 40, commands);
        BROKER_STATISTICS
                .serve(vertx, asked -> Future.succeededFuture(broker))
                .compose(serving -> DELIVERY_STATISTICS.serve(vertx, asked -> Future.succeededFuture(delivery)))
                .compose(serving -> scrape())
                .onComplete(test.succeeding(text -> test.verify(() -> {
                    assertThat(text)
                            .contains("lumia_mqtt_connections 26.0")
                            .contains("lumia_devices_clock_skewed 3.0")
                            .contains("lumia_mqtt_delivery_skewed_total 40.0")
                            .contains("lumia_mqtt_handshakes{state=\"working\"} 7.0")
                            .contains("lumia_mqtt_handshakes{state=\"waiting\"} 8.0")
                            .contains("lumia_mqtt_handshakes_delayed_total 9.0")
                            .contains("lumia_mqtt_subscriptions 10.0")
                            .contains("lumia_mqtt_queued_bytes 11.0")
                            .contains("lumia_mqtt_retained_bytes 12.0")
                            .contains("lumia_mqtt_store_copies 9.0")
                            .contains("lumia_mqtt_store_commit_seconds_total 0.02")
                            .contains("lumia_mqtt_connects_total{result=\"expired\"} 2.0")
                            .contains("lumia_mqtt_connects_total{result=\"no_certificate\"} 0.0")
                            .contains("lumia_mqtt_publishes_total{direction=\"in\",qos=\"1\"} 500.0")
                            .contains("lumia_mqtt_delivery_seconds_bucket{qos=\"1\",le=\"0.01\"} 8")
                            .contains("lumia_mqtt_delivery_seconds_count{qos=\"1\"} 9")
                            .contains("lumia_commands_sent_total 11.0")
                            .contains("lumia_command_results_total{result=\"timed_out\"} 2.0")
                            .contains("lumia_command_duration_seconds_count 9");
                    test.completeNow();
                })));
    }

    @Test
    void shows_when_the_first_crl_runs_out_and_what_ocsp_was_asked(Vertx vertx, VertxTestContext test) {
        REVOCATION_STATISTICS
                .serve(
                        vertx,
                        asked -> Future.succeededFuture(
                                new RevocationStatistics(NOW, 7, 900, Map.of("good", 5L, "revoked", 0L))))
                .compose(serving -> scrape())
                .onComplete(test.succeeding(text -> test.verify(() -> {
                    assertThat(text)
                            .contains("lumia_crl_next_update_timestamp_seconds " + exact(NOW))
                            .contains("lumia_crl_entries 7.0")
                            .contains("lumia_crl_size_bytes 900.0")
                            .contains("lumia_ocsp_requests_total{result=\"good\"} 5.0")
                            .contains("lumia_ocsp_requests_total{result=\"revoked\"} 0.0");
                    test.completeNow();
                })));
    }

    @Test
    void shows_overdue_renewals_by_the_configured_policy_and_counters_that_are_still_zero(
            Vertx vertx, VertxTestContext test) {
        COUNT_OVERDUE
                .serve(
                        vertx,
                        policy ->
                                Future.succeededFuture(new OverdueCount(policy.remainingLifetime() == 0.333 ? 3 : -1)))
                .compose(serving -> scrape())
                .onComplete(test.succeeding(text -> test.verify(() -> {
                    assertThat(text)
                            .contains("lumia_renewals_overdue 3.0")
                            .contains("lumia_provisioning_requests_total{result=\"disabled\"} 0.0")
                            .contains("lumia_acme_renewal_failure_total{reason=\"rolled_back\"} 0.0")
                            .contains("lumia_revocations_total{reason=\"keyCompromise\"} 0.0");
                    test.completeNow();
                })));
    }

    @Test
    void shows_the_renewals_ahead_and_names_the_devices_that_end_first_because_it_was_asked_to(
            Vertx vertx, VertxTestContext test) {
        var forecast = new RenewalsForecast(
                3, NOW, Map.of(Duration.ofHours(8), 12.5, Duration.ofDays(30), 40.0), List.of(), List.of());
        FORECAST_RENEWALS
                .serve(vertx, asked -> Future.succeededFuture(forecast))
                .compose(serving -> LIST_SOONEST.serve(
                        vertx,
                        asked -> Future.succeededFuture(new SoonestDevices(
                                Map.of(new DeviceName("dev-000" + asked.count()), ONE_DAY.notAfter())))))
                .compose(serving -> scrape())
                .onComplete(test.succeeding(text -> test.verify(() -> {
                    assertThat(text)
                            .contains("lumia_renewals_expected{within=\"8h\"} 12.5")
                            .contains("lumia_renewals_expected{within=\"30d\"} 40.0")
                            .contains("lumia_device_certificate_expiry_timestamp_seconds{device=\"dev-0002\"} "
                                    + exact(ONE_DAY.notAfter()));
                    test.completeNow();
                })));
    }

    @Test
    void shows_what_is_watched_and_when_a_backup_was_made(Vertx vertx, VertxTestContext test) {
        var end = Instant.parse("2030-01-01T00:00:00Z");
        WATCHED_LOOKED_AT.publish(
                vertx, new WatchedLookedAt("site", "b.example:8883", true, NOW.minusSeconds(60), end, "healthy"));
        WATCHED_LOOKED_AT.publish(vertx, new WatchedLookedAt("gone", "c.example:8883", false, null, null, "critical"));
        WATCHED_LOOKED_AT.publish(vertx, new WatchedLookedAt("files", null, null, NOW, end, "healthy"));
        BACKUP_ENDED.publish(vertx, new BackupEnded("done", 4711));
        HOOK_RUN.publish(vertx, new HookRun("webhook", "given_up"));
        scrape().onComplete(test.succeeding(text -> test.verify(() -> {
            assertThat(text)
                    .contains("lumia_certificate_expiry_timestamp_seconds{identity=\"watched:site\"} " + exact(end))
                    .contains("lumia_certificate_expiry_timestamp_seconds{identity=\"watched:files\"} " + exact(end))
                    .contains("lumia_certificate_lifetime_seconds{identity=\"watched:site\"} 60.0")
                    .contains("lumia_watched_endpoint_up{endpoint=\"b.example:8883\"} 1.0")
                    .contains("lumia_watched_endpoint_up{endpoint=\"c.example:8883\"} 0.0")
                    .contains("lumia_backups_total{result=\"done\"} 1.0")
                    .contains("lumia_backup_size_bytes 4711.0")
                    .contains("lumia_backup_last_success_timestamp_seconds")
                    .contains("lumia_expiry_hooks_total{hook=\"webhook\",result=\"given_up\"} 1.0");
            test.completeNow();
        })));
    }

    @Test
    void is_ready_only_between_start_and_stop(Vertx vertx, VertxTestContext test) {
        status("/health/ready")
                .onSuccess(before -> test.verify(() -> assertThat(before).isEqualTo(503)))
                .onSuccess(before -> readiness.ready())
                .compose(before -> status("/health/ready"))
                .onSuccess(during -> test.verify(() -> assertThat(during).isEqualTo(200)))
                .onSuccess(during -> readiness.stopping())
                .compose(during -> status("/health/ready"))
                .onSuccess(after -> test.verify(() -> assertThat(after).isEqualTo(503)))
                .compose(after -> status("/health/live"))
                .onComplete(test.succeeding(live -> test.verify(() -> {
                    assertThat(live).isEqualTo(200);
                    test.completeNow();
                })));
    }

    private static String exact(Instant instant) {
        return Double.toString((double) instant.getEpochSecond());
    }

    private Future<Integer> status(String path) {
        return client.request(HttpMethod.GET, metrics.port(), "127.0.0.1", path)
                .compose(request -> request.send().map(HttpClientResponse::statusCode));
    }

    private Future<String> scrape() {
        return client.request(HttpMethod.GET, metrics.port(), "127.0.0.1", "/metrics")
                .compose(request -> request.send().compose(HttpClientResponse::body))
                .map(Buffer::toString);
    }
}
