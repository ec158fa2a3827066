package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program of somebody else, run as its users run it. */
record ExternalProgram(Path file, Map<String, String> environment, Path directory) {
    private static final int LONGEST_SECONDS = 120;

    /** Skips the test, saying why, where the program is not installed. */
    static ExternalProgram find(String name, Map<String, String> environment, Path directory) {
        var places = Stream.concat(
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
                Stream.of(System.getenv().getOrDefault("GOPATH", System.getProperty("user.home") + "/go") + "/bin"));
        var found = places.map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), name + " is not installed");
        return new ExternalProgram(found.orElseThrow(), environment, directory);
    }

    /** What it printed. Fails with that when it does not end well in time. */
    String run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        var log = Files.createTempFile(directory, "printed", ".log");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS))
                    .as("%s ends within %s s", file, LONGEST_SECONDS)
                    .isTrue();
            var printed = Files.readString(log, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(printed).isZero();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }
}
