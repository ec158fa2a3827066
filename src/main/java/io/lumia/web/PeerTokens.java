package io.lumia.web;

import io.lumia.config.CannotStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tokens that the operator gave other processes of the deployment in files, each named by its file; hashes alone stay in memory. */
final class PeerTokens {
    private static final int SHORTEST = 32;

    private final Map<String, String> nameByHash;

    private PeerTokens(Map<String, String> nameByHash) {
        this.nameByHash = Map.copyOf(nameByHash);
    }

    /**
     * Reads all. Blocks.
     *
     * @throws CannotStart naming the file that cannot be read, is too short, or holds what another one holds
     */
    static PeerTokens read(List<Path> files) {
        var names = new HashMap<String, String>();
        for (Path file : files) {
            var before = names.put(Secret.hash(token(file)), String.valueOf(file.getFileName()));
            if (before != null) {
                throw new CannotStart("web.peer-token-files: " + file + " holds the same token as " + before
                        + "; give each process its own");
            }
        }
        return new PeerTokens(names);
    }

    /** Whose token it is, by its file's name; looking it up takes the same time whatever was guessed. */
    Optional<String> whose(String presented) {
        return Optional.ofNullable(nameByHash.get(Secret.hash(presented)));
    }

    private static String token(Path file) {
        try {
            var token = Files.readString(file).strip();
            if (token.length() < SHORTEST) {
                throw new CannotStart("web.peer-token-files: the token in " + file + " has fewer than " + SHORTEST
                        + " characters; make a longer one, such as: openssl rand -hex 32");
            }
            return token;
        } catch (IOException unreadable) {
            throw new CannotStart(
                    "web.peer-token-files: " + file + " cannot be read ("
                            + unreadable.getClass().getSimpleName()
                            + "); it must exist and be readable for this user",
                    unreadable);
        }
    }
}
