package io.lumia.issuance;

import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is kept of an issuer: the key of the account, and the last certificate with its key in one file, so that the two never differ. Blocks;
 * call from a worker.
 */
final class IssuerStorage {
    private static final Logger log = LoggerFactory.getLogger(IssuerStorage.class);

    private final Path directory;

    IssuerStorage(Path directory) {
        this.directory = directory;
    }

    /** Made at first use. The account is the CA's for whoever has this key. */
    KeyPair accountKey() throws IssuanceFailed {
        var file = directory.resolve("account-key.pem");
        try {
            if (Files.exists(file)) {
                return Keys.pair(Pem.privateKey(Files.readString(file)));
            }
            var fresh = KeyPairs.p256();
            DurableFiles.directory(directory);
            DurableFiles.writePrivate(file, Pem.of(fresh.getPrivate()));
            return fresh;
        } catch (IOException | IllegalArgumentException unusable) {
            throw new IssuanceFailed(
                    Reason.INTERNAL,
                    "the account key " + file + " cannot be used (" + unusable.getMessage()
                            + "): let it and its directory belong to the user Lumia runs as (storage-path), or remove it"
                            + " to open a new account",
                    null,
                    unusable);
        }
    }

    /** Empty when there is none or it cannot be read, which is logged. */
    Optional<TlsMaterial> last() {
        var file = file();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var text = Files.readString(file);
            return Optional.of(TlsMaterial.parse(text, text));
        } catch (IOException | IllegalArgumentException unreadable) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("reason", unreadable)
                    .log("last certificate of the issuer is unreadable and not used");
            return Optional.empty();
        }
    }

    /** A certificate that cannot be kept is still one that was issued: told, not failed. */
    void keep(TlsMaterial material) {
        try {
            DurableFiles.directory(directory);
            DurableFiles.writePrivate(file(), Pem.of(material.key()) + Pem.of(material.chain()));
        } catch (IOException full) {
            log.atWarn()
                    .addKeyValue("file", file())
                    .addKeyValue("reason", full)
                    .log("certificate is not kept for the next start; check storage-path and the disk");
        }
    }

    private Path file() {
        return directory.resolve("last.pem");
    }
}
