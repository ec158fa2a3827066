package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstancesTest {
    @Test
    void one_node_at_a_time_renews_an_emqx_and_each_node_its_own_files(@TempDir Path directory) throws Exception {
        var file = Files.writeString(directory.resolve("renewal.yaml"), """
                emqx: {url: "https://emqx.example.com:18084", api-key: key, api-secret: secret}
                renewal:
                  instances:
                    central:
                      common-name: mqtt.example.com
                      target: {type: emqx, cert-file: /e/server.crt, key-file: /e/server.key, ca-file: /e/ca.crt}
                    proxy:
                      common-name: www.example.com
                      target: {type: files, cert-file: /f/server.crt, key-file: /f/server.key}
                """);
        var config = new ConfigLoader()
                .load(new ConfigSources("reference", List.of(file), Map.of(), List.of(), directory, List.of()))
                .config();
        var turn = Instances.turn(config.renewal(), (instance, time) -> Future.succeededFuture(false));

        assertThat(turn.take("central", Duration.ofHours(1)).result())
                .as("another node has it")
                .isFalse();
        assertThat(turn.take("proxy", Duration.ofHours(1)).result()).isTrue();
    }
}
