package io.lumia.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configurations that come with Lumia, {@code conf/NAME.yaml}, and those that an operator puts beside it. */
final class Profiles {
    private Profiles() {}

    static String reference() {
        try {
            var text = ofJar("reference");
            if (text != null) {
                return text;
            }
        } catch (IOException unreadable) {
            throw new IllegalStateException("the jar is damaged: conf/reference.yaml cannot be read", unreadable);
        }
        throw new IllegalStateException("the jar is damaged: conf/reference.yaml is missing");
    }

    /** @throws IllegalArgumentException when there is no such profile */
    static String read(String name, List<Path> places) throws IOException {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException(
                    "--profile: expected the name of a file conf/NAME.yaml, is '" + name + "'");
        }
        for (Path place : places) {
            var file = place.resolve("conf").resolve(name + ".yaml");
            if (Files.isRegularFile(file)) {
                return Files.readString(file);
            }
        }
        var text = ofJar(name);
        if (text == null) {
            throw new IllegalArgumentException("--profile: there is no profile " + name
                    + "; expected standalone, demo, loadtest, swarm, step-ca-mosquitto or a file conf/" + name
                    + ".yaml in the working directory");
        }
        return text;
    }

    private static @Nullable String ofJar(String name) throws IOException {
        try (var resource = Profiles.class.getResourceAsStream("/conf/" + name + ".yaml")) {
            return resource == null ? null : new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
