package io.lumia.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The fleet's roots in files for programs beside Lumia; the {@code trust} block.
 *
 * @param files each with all roots that are trusted
 * @param command run after a change, until what reads the files serves by them; empty: an operator does that
 * @param timeout how long the command may take
 */
public record TrustConfig(List<Path> files, List<String> command, Duration timeout) {
    public TrustConfig {
        files = List.copyOf(files);
        command = List.copyOf(command);
        Check.patience("timeout", timeout);
        Check.that(command.isEmpty() || !files.isEmpty(), "command needs files");
    }
}
