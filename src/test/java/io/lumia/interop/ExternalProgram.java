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
        try (var running = begin(arguments)) {
            int exit = running.await();
            var printed = running.printed();
            assertThat(exit).as(printed).isZero();
            return printed;
        }
    }

    /** What it printed. Fails when it ends well. */
    String fail(String... arguments) throws IOException, InterruptedException {
        try (var running = begin(arguments)) {
            int exit = running.await();
            var printed = running.printed();
            assertThat(exit).as(printed).isNotZero();
            return printed;
        }
    }

    Running begin(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        var log = Files.createTempFile(directory, "printed", ".log");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        return new Running(process, log);
    }

    /** Ends with the test. */
    record Running(Process process, Path log) implements AutoCloseable {
        int await() throws InterruptedException {
            assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS))
                    .as("ends within %s s", LONGEST_SECONDS)
                    .isTrue();
            return process.exitValue();
        }

        String printed() throws IOException {
            return Files.readString(log, StandardCharsets.UTF_8);
        }

        /** Waits until it prints this; fails when it ends before or takes too long. */
        void awaitPrinted(String text) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
            while (!printed().contains(text)) {
                assertThat(process.waitFor(100, TimeUnit.MILLISECONDS))
                        .as(printed())
                        .isFalse();
                assertThat(System.nanoTime()).as(printed()).isLessThan(deadline);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
