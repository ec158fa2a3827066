package io.lumia.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.Lumia;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** One run of {@code lumia renew}: what it printed and how it ended. */
record RenewCommandRun(int exitCode, String printed) {
    static RenewCommandRun of(Path data, Path config, String... more) {
        var arguments =
                new ArrayList<>(List.of("renew", "--once", "--data", data.toString(), "--config", config.toString()));
        arguments.addAll(List.of(more));
        var out = new StringWriter();
        var line = Lumia.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
        int exitCode = line.execute(arguments.toArray(String[]::new));
        return new RenewCommandRun(exitCode, out.toString());
    }

    /** The report of the only instance. */
    JsonNode report() throws Exception {
        return new ObjectMapper().readTree(printed).path("instances").path(0);
    }

    List<String> steps() throws Exception {
        return named("");
    }

    List<String> failedSteps() throws Exception {
        return named("failed");
    }

    private List<String> named(String result) throws Exception {
        return StreamSupport.stream(report().path("steps").spliterator(), false)
                .filter(step -> step.path("result").asText().contains(result))
                .map(step -> step.path("step").asText())
                .toList();
    }
}
