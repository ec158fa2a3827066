package io.lumia.cli;

import io.lumia.config.CannotStart;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The root that {@code agent.root-file} pins. */
final class PinnedRoot {
    private PinnedRoot() {}

    /** Of the first certificate in the file. Blocks. @throws CannotStart when there is none */
    static Fingerprint in(Path file) {
        try {
            return Fingerprint.of(Pem.certificates(Files.readString(file)).get(0));
        } catch (IOException | IllegalArgumentException unusable) {
            throw new CannotStart(
                    "agent.root-file: no certificate can be read from " + file + " (" + unusable.getMessage()
                            + "); put the CA's root there, as `lumia ca export root` prints it",
                    unusable);
        }
    }
}
