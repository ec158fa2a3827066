package io.lumia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.WatchConfig.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchConfigTest {
    @TempDir
    Path directory;

    @Test
    void what_is_watched_has_names_of_the_operators_choice() throws IOException {
        var watch = load("""
                expiry:
                  watch:
                    site-files: {files: ["/etc/site/*.pem"], warning: 14d}
                    broker: {endpoint: "broker.example.org:8883", protocol: mqtt, ca-file: /etc/root.crt}
                    acme: {acme-directory: "https://ca.example.org/directory"}
                """);
        assertThat(watch).containsOnlyKeys("site-files", "broker", "acme");
        assertThat(watch.get("site-files").files()).containsExactly("/etc/site/*.pem");
        assertThat(watch.get("site-files").warning()).isEqualTo(Duration.ofDays(14));
        assertThat(watch.get("broker").endpoint()).isEqualTo(new HostPort("broker.example.org", 8883));
        assertThat(watch.get("broker").protocol()).isEqualTo(Protocol.MQTT);
    }

    @Test
    void nothing_is_watched_unless_it_is_named() throws IOException {
        assertThat(load("expiry: {interval: 5m}\n")).isEmpty();
    }

    @Test
    void an_entry_that_names_nothing_or_two_things_to_look_at_is_refused_by_its_name() {
        assertThatThrownBy(() -> load("expiry: {watch: {half: {ca-file: /etc/root.crt}}}\n"))
                .hasMessageContaining("expiry.watch.half")
                .hasMessageContaining("one of files, endpoint and acme-directory");
        assertThatThrownBy(() -> load("expiry: {watch: {two: {files: [a], endpoint: \"b:1\"}}}\n"))
                .hasMessageContaining("expiry.watch.two");
        assertThatThrownBy(() -> load("expiry: {watch: {site: {endpoint: \"b:1\", cert-file: a}}}\n"))
                .hasMessageContaining("cert-file and key-file belong together");
    }

    private Map<String, WatchConfig> load(String yaml) throws IOException {
        var file = Files.writeString(directory.resolve("site.yaml"), yaml);
        return new ConfigLoader()
                .load(new ConfigSources("standalone", List.of(file), Map.of(), List.of(), null, List.of()))
                .config()
                .expiry()
                .watch();
    }
}
