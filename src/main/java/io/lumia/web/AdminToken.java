package io.lumia.web;

import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bearer token of the admin API; its hash stays in memory, so that comparison takes the same time whatever was guessed. */
final class AdminToken {
    static final String FILE = "admin-token";
    /** Of whoever presents it, in the audit log. */
    static final String NAME = "admin";

    private static final Logger log = LoggerFactory.getLogger(AdminToken.class);
    private static final int SHORTEST = 16;

    private final byte[] hash;

    private final @Nullable String made;

    private AdminToken(String token, boolean made) {
        this.hash = Secret.sha256(token);
        this.made = made ? token : null;
    }

    /**
     * The configured token, else the one in DATA/admin-token, else a new one that is written there (0600). Blocks.
     *
     * @throws CannotStart when the file cannot be read, written or is too short
     */
    static AdminToken open(@Nullable String configured, Path data) throws IOException {
        if (configured != null) {
            return new AdminToken(configured, false);
        }
        var file = data.resolve(FILE);
        try {
            return Files.exists(file) ? new AdminToken(read(file), false) : new AdminToken(create(data, file), true);
        } catch (FileSystemException unusable) {
            throw new CannotStart(
                    "cannot read or write the admin token " + file + " ("
                            + unusable.getClass().getSimpleName()
                            + "); make the data directory writable or set LUMIA_WEB_TOKEN",
                    unusable);
        }
    }

    /** The token itself, when it was made just now. */
    Optional<String> made() {
        return Optional.ofNullable(made);
    }

    boolean matches(String presented) {
        return MessageDigest.isEqual(hash, Secret.sha256(presented));
    }

    private static String read(Path file) throws IOException {
        var token = Files.readString(file).strip();
        if (token.length() < SHORTEST) {
            throw new CannotStart("the admin token in " + file + " has fewer than " + SHORTEST
                    + " characters; delete the file and a new one is made at the next start");
        }
        return token;
    }

    private static String create(Path data, Path file) throws IOException {
        var token = Secret.make(new SecureRandom());
        DurableFiles.directory(data);
        DurableFiles.writePrivate(file, token + "\n");
        log.atInfo().addKeyValue("file", file).log("admin token made; commands and the admin API need it");
        return token;
    }
}
