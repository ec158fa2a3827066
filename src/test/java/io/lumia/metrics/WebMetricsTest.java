package io.lumia.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.WebStatistics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WebMetricsTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final WebMetrics metrics = new WebMetrics();

    @Test
    void shows_requests_logins_and_times_under_their_names() {
        registry.getPrometheusRegistry().register(metrics);
        metrics.update(new WebStatistics(
                Map.of("api/200", 7L, "login/401", 2L),
                Map.of("ok", 1L, "wrong_token", 2L),
                new Histogram(List.of(0.1), List.of(5L, 1L), 3.5),
                4));
        assertThat(registry.scrape())
                .contains(
                        "lumia_web_requests_total{route_class=\"api\",status=\"200\"} 7",
                        "lumia_web_requests_total{route_class=\"login\",status=\"401\"} 2",
                        "lumia_web_logins_total{result=\"wrong_token\"} 2",
                        "lumia_web_request_duration_seconds_bucket{le=\"0.1\"} 5",
                        "lumia_web_request_duration_seconds_count 6",
                        "lumia_web_sessions 4");
    }

    @Test
    void shows_nothing_where_the_listener_does_not_run() {
        registry.getPrometheusRegistry().register(metrics);
        metrics.update(null);
        assertThat(registry.scrape()).doesNotContain("lumia_web");
    }
}
