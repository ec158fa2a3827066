package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.fakes.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes a running system in which everything happens that panels and alerts tell of. */
class PrometheusIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static RunningLumia lumia;
    private static ScrapingPrometheus prometheus;

    @BeforeAll
    static void scrape() throws Exception {
        ExternalProgram.find("prometheus", Map.of(), directory);
        var password = Files.writeString(directory.resolve("backup-password"), "a password of the test\n");
        int broker = FreePort.anywhere();
        lumia = new RunningLumia(
                directory.resolve("data"),
                "127.88.0.0/16",
                6,
                "broker.port=" + broker,
                "lifetimes.device=40s",
                "lifetimes.server=40s",
                "renewal.check-interval=1s",
                "agent.overlap=2s",
                "expiry.interval=1s",
                "expiry.watch.broker.endpoint=127.0.0.1:" + broker,
                "backup.every=10s",
                "backup.password-file=" + password);
        prometheus = new ScrapingPrometheus(directory, Map.of("lumia", "127.0.0.1:" + lumia.metricsPort()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (prometheus != null) {
            prometheus.close();
        }
        if (lumia != null) {
            lumia.stop();
        }
    }

    @Test
    void every_expression_of_every_panel_and_rule_has_a_series() throws Exception {
        var open = new LinkedHashMap<String, String>();
        for (String dashboard : WatchingExpressions.dashboards()) {
            if (!dashboard.equals("load-test.json")) {
                open.putAll(WatchingExpressions.ofDashboard(dashboard));
            }
        }
        open.putAll(WatchingExpressions.ofRules());
        open.putAll(WatchingExpressions.ofGrafanaAlerts());
        assertThat(open).hasSizeGreaterThan(150);
        // one process is no cluster; promtool tests that alert
        open.values().removeIf(expression -> expression.contains("lumia_cluster_"));

        // the second one is seen as an increase
        revoke("dev-0001");
        prometheusHas("lumia_revocation_enforced_seconds_count");
        revoke("dev-0002");
        prometheus.awaitNumbers(open);

        assertThat(open).as("expressions without a number").isEmpty();
        assertThat(prometheus.series("up{job=\"lumia\"} == 1")).hasSize(1);
        everyRuleIsHealthy();
    }

    private static void prometheusHas(String expression) throws Exception {
        var awaited = new LinkedHashMap<>(Map.of("awaited", expression));
        prometheus.awaitNumbers(awaited);
        assertThat(awaited).isEmpty();
    }

    private static void everyRuleIsHealthy() throws Exception {
        int seen = 0;
        for (JsonNode group : prometheus.data("/api/v1/rules").path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                assertThat(rule.path("health").asText())
                        .as(rule.path("name").asText() + " "
                                + rule.path("lastError").asText())
                        .isEqualTo("ok");
                seen++;
            }
        }
        assertThat(seen).isGreaterThanOrEqualTo(50);
        assertThat(prometheus.printed()).doesNotContain("level=warn", "level=error");
    }

    private static void revoke(String device) throws Exception {
        var found = JSON.readTree(
                lumia.get("/certificates?status=active&query=" + device).body());
        for (JsonNode certificate : found.path("certificates")) {
            if (certificate.path("profile").asText().equals("device")) {
                var serial = certificate.path("serial").asText();
                assertThat(lumia.post("/certificates/" + serial + "/revoke", "{\"reason\":\"superseded\"}")
                                .statusCode())
                        .isLessThan(300);
            }
        }
    }
}
