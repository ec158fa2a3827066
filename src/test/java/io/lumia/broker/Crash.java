package io.lumia.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code kill -9} leaves of a broker's store: the file as the system has it, without a word of goodbye. */
final class Crash {
    private static final String STORE = "broker/sessions.mv";

    private Crash() {}

    /** Copies the store while its broker runs. */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(file(to).getParent());
        Files.copy(file(from), file(to));
    }

    static Path file(Path data) {
        return data.resolve(STORE);
    }
}
