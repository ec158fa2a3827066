package io.lumia.grafana;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes what is generated under {@code grafana/}, and the same rules for Kubernetes. */
public final class GrafanaFiles {
    /** Name of the provisioned data source, by which alert rules find it. */
    static final String DATA_SOURCE = "lumia-prometheus";

    static final Path FOLDER = Path.of("grafana");
    private static final Path KUBERNETES =
            Path.of("..", "deploy", "kubernetes", "components", "monitoring", "rules.yaml");

    static final String COMMAND = "mvn -q test -Dtest=GrafanaFilesTest -Dgrafana.write=true";
    static final String GENERATED = "Generated from src/test/java/io/lumia/grafana; do not edit.";

    private GrafanaFiles() {}

    /** Every generated file by its path below the folder. */
    static Map<Path, String> all() {
        var files = new LinkedHashMap<Path, String>();
        files.put(Path.of("prometheus", "recordings.yml"), PrometheusRules.recordings());
        files.put(Path.of("prometheus", "alerts.yml"), PrometheusRules.alerts());
        files.put(KUBERNETES, PrometheusRules.resource());
        files.put(Path.of("provisioning", "alerting", "rules.yaml"), GrafanaRules.rules());
        Dashboard.all()
                .forEach(
                        dashboard -> files.put(Path.of("dashboards", dashboard.file()), DashboardJson.text(dashboard)));
        return files;
    }

    /** Called with the repository as its directory. */
    public static void main(String[] arguments) throws IOException {
        for (Map.Entry<Path, String> file : all().entrySet()) {
            var path = FOLDER.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }
}
