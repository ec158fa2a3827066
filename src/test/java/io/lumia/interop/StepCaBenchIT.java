package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.Lumia;
import io.lumia.bench.IssuanceCase;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The measurement beside a real step-ca: that it measures, not what. */
class StepCaBenchIT {
    @Test
    void measures_every_case_of_both_without_an_error() throws Exception {
        var out = new StringWriter();
        var err = new StringWriter();
        var command = Lumia.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

        int exit = command.execute(
                "bench",
                "issuance",
                "--json",
                "--seconds",
                "1",
                "--rounds",
                "1",
                "--warm-up",
                "0",
                "--concurrency",
                "2");

        assertThat(exit).as(err.toString()).isZero();
        var document = new ObjectMapper().readTree(out.toString());
        assertThat(document.path("bench").asText()).isEqualTo("issuance");
        assertThat(document.path("machine").path("cores").asInt()).isPositive();
        for (IssuanceCase measured : IssuanceCase.values()) {
            for (String subject : new String[] {"step-ca", "lumia"}) {
                assertThat(value(document, measured, subject, "operations")).isPositive();
                assertThat(value(document, measured, subject, "errors")).isZero();
                assertThat(value(document, measured, subject, "rate")).isPositive();
                assertThat(value(document, measured, subject, "p99"))
                        .isGreaterThanOrEqualTo(value(document, measured, subject, "p50"));
                assertThat(value(document, measured, subject, "cpu")).isNotNegative();
            }
        }
    }

    private static double value(JsonNode document, IssuanceCase measured, String subject, String metric) {
        for (JsonNode result : document.path("results")) {
            if (result.path("case").asText().equals(measured.label())
                    && result.path("subject").asText().equals(subject)
                    && result.path("metric").asText().equals(metric)) {
                assertThat(result.path("unit").asText()).isNotEmpty();
                return result.path("value").asDouble();
            }
        }
        throw new AssertionError("no " + metric + " of " + subject + " for " + measured.label() + " in " + document);
    }
}
