package io.lumia.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Every expression of the committed dashboards, rules and alerts, by where it stands. */
final class WatchingExpressions {
    private static final Path FOLDER = Path.of("grafana");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();

    /** As alerts are generated: the query in parentheses, and what it is compared with. */
    private static final Pattern COMPARED = Pattern.compile("\\((.*)\\) [<>] [\\d.]+");

    private WatchingExpressions() {}

    /** What Prometheus is asked for the panels, with all jobs and instances chosen. */
    static Map<String, String> ofDashboard(String file) throws IOException {
        var expressions = new LinkedHashMap<String, String>();
        var dashboard = JSON.readTree(FOLDER.resolve("dashboards").resolve(file).toFile());
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.put(
                        file + ": " + panel.path("title").asText() + " "
                                + target.path("refId").asText(),
                        chosen(target.path("expr").asText()));
            }
        }
        return expressions;
    }

    /** Recordings, and alerts without their comparison: silent alerts have no series. */
    static Map<String, String> ofRules() throws IOException {
        var expressions = new LinkedHashMap<String, String>();
        for (String file : new String[] {"recordings.yml", "alerts.yml"}) {
            for (JsonNode rule :
                    YAML.readTree(FOLDER.resolve("prometheus").resolve(file).toFile()).findValues("rules").stream()
                            .flatMap(rules -> rules.findParents("expr").stream())
                            .toList()) {
                var name = rule.path("alert").asText(rule.path("record").asText());
                var matcher = COMPARED.matcher(rule.path("expr").asText());
                expressions.put(
                        file + ": " + name,
                        matcher.matches() ? matcher.group(1) : rule.path("expr").asText());
                if (rule.has("record")) {
                    expressions.put(file + ": " + name + " recorded", name);
                }
            }
        }
        return expressions;
    }

    /** The queries of Grafana's own alert rules. */
    static Map<String, String> ofGrafanaAlerts() throws IOException {
        var expressions = new LinkedHashMap<String, String>();
        var file = FOLDER.resolve("provisioning").resolve("alerting").resolve("rules.yaml");
        for (JsonNode rule : YAML.readTree(file.toFile()).findParents("condition")) {
            expressions.put(
                    "rules.yaml: " + rule.path("title").asText(),
                    rule.path("data").get(0).path("model").path("expr").asText());
        }
        return expressions;
    }

    static Iterable<String> dashboards() throws IOException {
        try (var files = Files.list(FOLDER.resolve("dashboards"))) {
            return files.map(file -> file.getFileName().toString())
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    private static String chosen(String expression) {
        return expression
                .replace("$__rate_interval", "20s")
                .replace("$__interval", "20s")
                .replace("$__range", "2m")
                .replace("$job", ".*")
                .replace("$instance", ".*");
    }
}
