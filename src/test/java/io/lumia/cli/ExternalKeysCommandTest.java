package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.Lumia;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.AcmeHarness;
import io.lumia.web.WebVerticle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalKeysCommandTest {
    @TempDir
    Path data;

    @Test
    void makes_lists_and_removes_a_key() {
        try (var harness = new AcmeHarness(data, false)) {
            var web = new WebVerticle(
                    new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                    new TlsConfig(TlsVersion.TLS_1_2, List.of(), false),
                    data,
                    harness.clock);
            harness.vertx.deployVerticle(web).await();
            int port = web.port();

            var made = run(port, 0, "add", "--label", "laptops");
            var id = made.replaceAll("(?s)key id +(\\S+).*", "$1");
            var secret = made.replaceAll("(?s).*?hmac key +(\\S+).*", "$1");
            assertThat(id).hasSize(32);
            assertThat(secret).hasSize(43);
            assertThat(run(port, 0, "list")).contains(id, "laptops", "acme").doesNotContain(secret);
            assertThat(run(port, 0, "remove", id)).contains("removed " + id);
            assertThat(run(port, 1, "remove", id)).contains("no external key '" + id + "'");
            assertThat(run(port, 1, "add", "--provisioner", "nowhere")).contains("no ACME provisioner 'nowhere'");
        }
    }

    private String run(int port, int code, String... arguments) {
        var all = new ArrayList<>(List.of("ca", "eab"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--url", "http://127.0.0.1:" + port, "--data", data.toString()));
        var printed = new StringWriter();
        var line = Lumia.commandLine().setOut(new PrintWriter(printed)).setErr(new PrintWriter(printed));
        assertThat(line.execute(all.toArray(String[]::new)))
                .as(printed.toString())
                .isEqualTo(code);
        return printed.toString();
    }
}
