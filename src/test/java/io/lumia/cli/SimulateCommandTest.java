package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.Lumia;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void tells_the_figures_as_json() throws Exception {
        assertThat(simulate("--devices", "5000", "--lifetime", "24h", "--days", "2", "--json"))
                .isZero();
        var json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("devices").asInt()).isEqualTo(5000);
        assertThat(json.path("lifetime").asText()).isEqualTo("24h");
        assertThat(json.path("meanPerSecond").asDouble()).isBetween(0.11, 0.12);
        assertThat(json.path("peakPerSecond").asDouble()).isPositive();
        assertThat(json.path("peakOverMean").asDouble()).isBetween(1.0, 1.5);
        assertThat(json.path("withoutSpreading").path("peakOverMean").asDouble())
                .isGreaterThan(10);
    }

    @Test
    void tells_people_the_same_and_draws_a_picture() throws Exception {
        var picture = directory.resolve("course.svg");
        assertThat(simulate("--devices", "1000", "--lifetime", "8h", "--outage", "1d,1h", "--svg", picture.toString()))
                .isZero();
        assertThat(out.toString())
                .contains("1,000 devices, certificates of 8h")
                .contains("CA down after 24h for 1h")
                .contains("peak over mean")
                .contains("without spreading");
        assertThat(Files.readString(picture))
                .startsWith("<svg")
                .contains("CA down")
                .endsWith("</svg>\n");
    }

    @Test
    void fails_when_it_comes_worse_than_allowed() {
        assertThat(simulate("--devices", "1000", "--days", "1", "--max-peak", "1.01"))
                .isEqualTo(1);
        assertThat(simulate("--devices", "1000", "--days", "1", "--max-peak", "3"))
                .isZero();
        assertThat(simulate("--devices", "100", "--days", "3", "--outage", "1d,1d", "--max-expired", "0"))
                .isEqualTo(1);
        assertThat(simulate("--devices", "100", "--days", "3", "--max-expired", "0"))
                .isZero();
    }

    @Test
    void says_what_it_does_not_understand() {
        assertThat(simulate("--devices", "0")).isEqualTo(2);
        assertThat(simulate("--devices", "10", "--outage", "tomorrow")).isEqualTo(2);
        assertThat(simulate("--devices", "10", "--capacity", "fast")).isEqualTo(2);
        assertThat(simulate("--devices", "10", "--days", "1", "--for", "2h")).isEqualTo(2);
        assertThat(simulate("--devices", "10", "--outage", "1h,2h", "--outage", "2h,2h"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--devices must be from 1")
                .contains("--outage must be AT,FOR such as 2d,4h, is 'tomorrow'")
                .contains("--capacity must be a number such as 300/s")
                .contains("give one of them")
                .contains("outages must not overlap");
    }

    private int simulate(String... options) {
        var arguments = new ArrayList<>(List.of("simulate"));
        arguments.addAll(List.of(options));
        return Lumia.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
    }
}
