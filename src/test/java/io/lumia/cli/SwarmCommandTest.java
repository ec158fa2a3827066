package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.Lumia;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SwarmCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void each_option_is_a_setting() {
        var options = CommandLine.populateCommand(
                new SwarmOptions(),
                "--devices=7",
                "--ramp=120/m",
                "--pattern=BURST",
                "--churn=5%",
                "--measure=0.5",
                "--commands=10/s",
                "--telemetry-interval=500ms",
                "--provisioning-url=http://ca:8080",
                "--qos=2");

        assertThat(options.settings())
                .containsExactlyInAnyOrder(
                        "swarm.devices=7",
                        "swarm.ramp-per-second=2",
                        "swarm.load.pattern=burst",
                        "swarm.load.churn-per-minute=0.05",
                        "swarm.load.measure=0.5",
                        "swarm.load.commands-per-second=10.0",
                        "swarm.telemetry-interval=500ms",
                        "agent.provisioning-url=http://ca:8080",
                        "swarm.qos=2");
    }

    @Test
    void what_is_not_given_stays_as_configured() {
        assertThat(CommandLine.populateCommand(new SwarmOptions()).settings()).isEmpty();
    }

    @Test
    void tells_how_to_write_rates_shares_and_times() {
        for (List<String> wrong : List.of(
                List.of("--ramp", "fast"),
                List.of("--churn", "200%"),
                List.of("--max-p99", "soon"),
                List.of("--report", directory.resolve("none/report.html").toString()))) {
            assertThat(lumia("swarm", wrong.get(0), wrong.get(1)))
                    .as("%s", wrong)
                    .isEqualTo(2);
            assertThat(err.toString()).contains(wrong.get(0));
        }
    }

    @Test
    void what_cannot_start_has_a_code_of_its_own() {
        assertThat(lumia("swarm", "--qos", "3", "--data", directory.toString())).isEqualTo(3);
        assertThat(err.toString()).contains("qos must be 0, 1 or 2, is 3");
    }

    private int lumia(String... arguments) {
        return Lumia.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
