package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Encrypted backups; the {@code backup} block.
 *
 * @param every how often a running process makes one; null: never
 * @param directory null: DATA/backups
 * @param keep how long they are kept
 * @param passwordFile with what they are encrypted
 * @param password the same; from the environment or a file only
 */
public record BackupConfig(
        @Nullable Duration every,
        @Nullable Path directory,
        Duration keep,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        @Nullable String password) {
    public BackupConfig {
        if (every != null) {
            Check.positive("every", every);
        }
        Check.positive("keep", keep);
    }

    /** Where the backups of the data directory go. */
    public Path directory(Path data) {
        return directory == null ? data.resolve("backups") : directory;
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "BackupConfig[every=" + every + ", directory=" + directory + ", keep=" + keep + ", passwordFile="
                + passwordFile + "]";
    }
}
