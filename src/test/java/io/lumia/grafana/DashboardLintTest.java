package io.lumia.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of the committed JSON, as Grafana reads it. */
class DashboardLintTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");
    private static final Pattern LINK = Pattern.compile("^/d/([\\w-]+)\\?.*");

    static List<Path> files() throws IOException {
        try (var files = Files.list(GrafanaFiles.FOLDER.resolve("dashboards"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_panel_has_an_id_of_its_own_and_says_what_it_shows(Path file) throws IOException {
        var ids = new HashSet<Integer>();
        for (JsonNode panel : panels(file)) {
            assertThat(ids.add(panel.path("id").asInt()))
                    .as("id of %s", panel.path("title"))
                    .isTrue();
            assertThat(panel.path("title").asText()).isNotBlank();
            if (isPicture(panel)) {
                assertThat(panel.path("description").asText())
                        .as("description of %s", panel.path("title"))
                        .hasSizeGreaterThan(10);
                assertThat(defaults(panel).path("unit").asText())
                        .as("unit of %s", panel.path("title"))
                        .isNotBlank();
                assertThat(defaults(panel).path("thresholds").path("steps").size())
                        .isPositive();
                assertThat(defaults(panel)
                                .path("thresholds")
                                .path("steps")
                                .get(0)
                                .path("value")
                                .isNull())
                        .isTrue();
            }
        }
        assertThat(ids).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void no_panel_lies_over_another_or_outside(Path file) throws IOException {
        var taken = new HashSet<String>();
        for (JsonNode panel : panels(file)) {
            var at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt())
                    .as("right edge of %s", panel.path("title"))
                    .isLessThanOrEqualTo(24);
            for (int x = 0; x < at.path("w").asInt(); x++) {
                for (int y = 0; y < at.path("h").asInt(); y++) {
                    var cell = (at.path("x").asInt() + x) + "/" + (at.path("y").asInt() + y);
                    assertThat(taken.add(cell))
                            .as("%s at %s", panel.path("title"), cell)
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void the_data_source_is_the_chosen_one_everywhere(Path file) throws IOException {
        var sources = JSON.readTree(file.toFile()).findValues("datasource");
        assertThat(sources)
                .isNotEmpty()
                .allSatisfy(source -> assertThat(source.path("uid").asText()).isEqualTo("${datasource}"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_variable_is_defined(Path file) throws IOException {
        var dashboard = JSON.readTree(file.toFile());
        var defined = stream(dashboard.path("templating").path("list"))
                .map(variable -> variable.path("name").asText())
                .collect(Collectors.toSet());
        assertThat(defined).containsExactlyInAnyOrder("datasource", "job", "instance");
        VARIABLE.matcher(dashboard.toString())
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.startsWith("__"))
                .forEach(name -> assertThat(defined).contains(name));
    }

    @ParameterizedTest
    @MethodSource("files")
    void links_lead_to_dashboards_that_exist(Path file) throws IOException {
        var known = new HashSet<String>();
        for (Path each : files()) {
            var dashboard = JSON.readTree(each.toFile());
            assertThat(known.add(dashboard.path("uid").asText()))
                    .as("uid of %s is its own", each)
                    .isTrue();
            assertThat(dashboard.path("tags").toString()).contains(Dashboard.TAG);
        }
        var dashboard = JSON.readTree(file.toFile());
        assertThat(dashboard.path("links").get(0).path("tags").get(0).asText()).isEqualTo(Dashboard.TAG);
        for (JsonNode panel : panels(file)) {
            for (JsonNode link : panel.path("links")) {
                var matcher = LINK.matcher(link.path("url").asText());
                assertThat(matcher.matches()).as(link.toString()).isTrue();
                assertThat(known).contains(matcher.group(1));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_picture_selects_by_job_and_instance(Path file) throws IOException {
        for (JsonNode panel : panels(file)) {
            var letters = new TreeSet<String>();
            for (JsonNode target : panel.path("targets")) {
                assertThat(letters.add(target.path("refId").asText())).isTrue();
                var expression = target.path("expr").asText();
                MetricNames.used(expression)
                        .forEach(name -> assertThat(expression)
                                .as(panel.path("title").asText())
                                .contains(name + "{job=~\"$job\",instance=~\"$instance\""));
            }
            assertThat(letters.isEmpty())
                    .isEqualTo(!isPicture(panel) || panel.path("type").asText().equals("alertlist"));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_metric_is_documented(Path file) throws IOException {
        for (JsonNode expression : JSON.readTree(file.toFile()).findValues("expr")) {
            assertThat(MetricNames.undocumented(expression.asText()))
                    .as(expression.asText())
                    .isEmpty();
        }
    }

    private static List<JsonNode> panels(Path file) throws IOException {
        var panels = new ArrayList<JsonNode>();
        JSON.readTree(file.toFile()).path("panels").forEach(panels::add);
        assertThat(panels).isNotEmpty();
        return panels;
    }

    private static boolean isPicture(JsonNode panel) {
        return !panel.path("type").asText().equals("row");
    }

    private static JsonNode defaults(JsonNode panel) {
        return panel.path("fieldConfig").path("defaults");
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
