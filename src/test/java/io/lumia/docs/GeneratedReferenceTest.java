package io.lumia.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratedReferenceTest {
    @Test
    void the_committed_pages_are_what_is_generated() throws Exception {
        if (Boolean.getBoolean("reference.write")) {
            Reference.write();
        }
        for (Map.Entry<Path, String> generated : Reference.all().entrySet()) {
            assertThat(Reference.FOLDER.resolve(generated.getKey()))
                    .as("as generated; otherwise: %s", Reference.COMMAND)
                    .hasContent(generated.getValue());
        }
    }

    @Test
    void no_page_is_there_that_is_not_generated() throws Exception {
        var generated = Reference.all();
        try (var files = Files.list(Reference.FOLDER)) {
            assertThat(files.map(Reference.FOLDER::relativize))
                    .allSatisfy(file -> assertThat(generated).containsKey(file));
        }
    }

    @Test
    void every_key_metric_and_option_says_what_it_means() throws Exception {
        for (String page : Reference.all().values()) {
            assertThat(page.lines().filter(line -> line.startsWith("| `") && line.endsWith("|  |")))
                    .allSatisfy(line -> assertThat(line)
                            .as("a member of the API may explain itself")
                            .doesNotContain("lumia_", "--", "NAME."));
        }
    }
}
