package io.lumia.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AlertLintTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern HEADING = Pattern.compile("(?m)^## (\\w+)$");
    private static final Pattern LABEL = Pattern.compile("\\.Labels\\.(\\w+)");
    private static final Pattern ASKED = Pattern.compile("alertname=\"(\\w+)\"");

    @Test
    void every_alert_has_a_name_of_its_own_and_says_what_to_know() {
        var names = new HashSet<String>();
        assertThat(Rules.alerts()).hasSizeGreaterThan(20).allSatisfy(alert -> {
            assertThat(names.add(alert.name())).isTrue();
            assertThat(alert.name()).startsWith("Lumia");
            assertThat(alert.lasting()).isPositive();
            assertThat(alert.summary()).hasSizeGreaterThan(10);
            assertThat(alert.description()).hasSizeGreaterThan(20);
            // Grafana takes it for a variable of the environment
            assertThat(alert.summary() + alert.description()).doesNotContain("$");
        });
    }

    @Test
    void every_runbook_is_there_and_belongs_to_an_alert() throws IOException {
        var headings = HEADING.matcher(Files.readString(Path.of("docs", "runbooks.md")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        var alerts = Rules.alerts().stream().map(Alert::name).collect(Collectors.toCollection(TreeSet::new));
        assertThat(headings).containsExactlyElementsOf(alerts);
        assertThat(Rules.alerts())
                .allSatisfy(alert -> assertThat(alert.runbook())
                        .isEqualTo("docs/runbooks.md#" + alert.name().toLowerCase(Locale.ROOT)));
    }

    @Test
    void every_metric_is_documented() throws IOException {
        for (Recording recording : Recordings.ALL) {
            assertThat(MetricNames.undocumented(recording.expression())).isEmpty();
        }
        for (Alert alert : Rules.alerts()) {
            assertThat(MetricNames.undocumented(Recordings.expand(alert.query())))
                    .isEmpty();
        }
    }

    @Test
    void texts_name_labels_that_the_query_keeps() {
        for (Alert alert : Rules.alerts()) {
            LABEL.matcher(alert.summary() + alert.description())
                    .results()
                    .map(found -> found.group(1))
                    .forEach(label -> assertThat(Recordings.expand(alert.query()))
                            .as(alert.name())
                            .containsPattern("by \\([^)]*\\b" + label + "\\b"));
        }
    }

    @Test
    void every_alert_is_tried_firing_and_silent() throws IOException {
        var firing = new TreeSet<String>();
        var silent = new TreeSet<String>();
        try (var files = Files.list(Path.of("grafana", "prometheus", "tests"))) {
            for (Path file : files.toList()) {
                for (JsonNode asked : YAML.readTree(file.toFile()).findParents("eval_time")) {
                    var matcher = ASKED.matcher(asked.path("expr").asText());
                    assertThat(matcher.find()).as(asked.toString()).isTrue();
                    (asked.path("exp_samples").isEmpty() ? silent : firing).add(matcher.group(1));
                }
            }
        }
        var alerts = Rules.alerts().stream().map(Alert::name).toList();
        assertThat(firing).containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(silent).containsExactlyInAnyOrderElementsOf(alerts);
    }

    @Test
    void what_grafana_is_given_fits_together() throws IOException {
        var folder = Path.of("grafana", "provisioning");
        var sources =
                YAML.readTree(folder.resolve("datasources/prometheus.yaml").toFile());
        assertThat(sources.path("datasources").get(0).path("uid").asText()).isEqualTo(GrafanaFiles.DATA_SOURCE);

        var contacts = YAML.readTree(
                        folder.resolve("alerting/contact-points.yaml").toFile())
                .findValuesAsText("name");
        var policies = YAML.readTree(
                folder.resolve("alerting/notification-policies.yaml").toFile());
        for (JsonNode route : policies.path("policies").get(0).path("routes")) {
            assertThat(contacts).containsAll(route.findValuesAsText("receiver"));
        }
        var rules = YAML.readTree(folder.resolve("alerting/rules.yaml").toFile());
        assertThat(rules.findValuesAsText("noDataState")).containsOnly("OK");
        assertThat(rules.findValuesAsText("uid")).allMatch(uid -> uid.length() <= 40);
    }
}
