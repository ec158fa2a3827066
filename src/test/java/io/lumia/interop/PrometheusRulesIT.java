package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus's own tool on the rules: that they load, fire and are silent. */
class PrometheusRulesIT {
    private static final Path FOLDER = Path.of("grafana", "prometheus").toAbsolutePath();

    @TempDir
    Path directory;

    @Test
    void the_example_configuration_and_its_rules_load() throws Exception {
        assertThat(promtool()
                        .run("check", "config", FOLDER.resolve("prometheus.yml").toString()))
                .contains("2 rule files found")
                .doesNotContain("WARN");
    }

    @Test
    void every_alert_fires_when_it_should_and_is_silent_else() throws Exception {
        var arguments = new ArrayList<>(List.of("test", "rules"));
        try (var files = Files.list(FOLDER.resolve("tests"))) {
            files.sorted().map(Path::toString).forEach(arguments::add);
        }
        assertThat(promtool().run(arguments.toArray(String[]::new)))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
    }

    private ExternalProgram promtool() {
        return ExternalProgram.find("promtool", Map.of(), directory);
    }
}
