package io.lumia.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceTest {
    private static final Path CONF = Path.of("conf");
    private final ConfigLoader loader = new ConfigLoader();

    @Test
    void the_reference_has_every_key_of_the_records_and_no_other() {
        var values = new Values();
        new YamlLayer(values, line -> "line " + line).read(Profiles.reference(), loader.schema(), List.of());

        var fixed = values.all().stream()
                .map(Values.Value::key)
                .filter(key -> !key.matches("authority\\.acme\\.(provisioners|profiles)\\..*"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(values.problems()).isEmpty();
        assertThat(fixed).isEqualTo(new TreeSet<>(Schema.leaves(loader.schema()).keySet()));
    }

    @Test
    void every_key_of_the_reference_has_its_meaning_in_the_line_above() throws IOException {
        var lines = Files.readAllLines(CONF.resolve("reference.yaml"));
        var bare = new ArrayList<String>();
        for (int i = 0; i < lines.size(); i++) {
            boolean value =
                    lines.get(i).matches(" *[a-z0-9-]+: .*") && !lines.get(i).matches(".*\\{lifetime: .*");
            if (value && !lines.get(i - 1).matches(" *# [A-Za-z].{3,}\\.")) {
                bare.add(lines.get(i));
            }
        }
        assertThat(bare).isEmpty();
    }

    @Test
    void every_key_has_an_environment_variable_of_its_own() {
        var variables = TextLayer.variables(loader.schema());
        Set<String> distinct = new HashSet<>(variables);
        assertThat(distinct).hasSameSizeAs(variables).contains("LUMIA_AUTHORITY_ACME_HTTP01_PORT", "LUMIA_DATA");
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void every_profile_loads(String profile) {
        assertThat(loader.load(ConfigSources.ofProfile(profile)).config().parts())
                .isNotEmpty();
    }

    static List<String> profiles() throws IOException {
        try (var files = Files.list(CONF)) {
            return files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();
        }
    }
}
