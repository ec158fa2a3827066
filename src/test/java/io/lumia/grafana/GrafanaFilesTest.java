package io.lumia.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrafanaFilesTest {
    @Test
    void the_committed_files_are_what_is_generated() throws IOException {
        if (Boolean.getBoolean("grafana.write")) {
            GrafanaFiles.main(new String[0]);
        }
        for (Map.Entry<Path, String> generated : GrafanaFiles.all().entrySet()) {
            assertThat(GrafanaFiles.FOLDER.resolve(generated.getKey()))
                    .as("as generated; otherwise: %s", GrafanaFiles.COMMAND)
                    .hasContent(generated.getValue());
        }
    }

    @Test
    void no_dashboard_is_there_that_is_not_generated() throws IOException {
        try (var files = Files.list(GrafanaFiles.FOLDER.resolve("dashboards"))) {
            assertThat(files.map(GrafanaFiles.FOLDER::relativize))
                    .allSatisfy(file -> assertThat(GrafanaFiles.all()).containsKey(file));
        }
    }
}
