package io.lumia.tls;

import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one identity keeps on disk, {@code DATA/identities/NAME}: its identity key, and generations of key and certificate of which the link
 * {@code current} points at the one in use. A generation is complete before the link is switched by one rename, so that a crash leaves the old
 * or the new one. Blocks; call from a worker.
 */
public final class IdentityFiles {
    private static final Logger log = LoggerFactory.getLogger(IdentityFiles.class);

    private final Path directory;

    /**
     * @param data the data directory
     * @param name of the identity, fit for a file name
     */
    public IdentityFiles(Path data, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("not fit for a directory name: " + name);
        }
        directory = data.resolve("identities").resolve(name);
    }

    /** In a directory of the operator's choice. */
    IdentityFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * A generation on disk.
     *
     * @param issuedAt from which its lifetime counts
     */
    public record Generation(TlsMaterial material, Instant issuedAt, Path directory) {
        public SerialNumber serial() {
            return SerialNumber.of(material.leaf());
        }

        public Instant notAfter() {
            return material.leaf().getNotAfter().toInstant();
        }
    }

    public Path directory() {
        return directory;
    }

    /** The generation in use; empty when there is none or it cannot be read, which is logged. */
    public Optional<Generation> current() {
        var current = directory.resolve("current");
        if (!Files.isSymbolicLink(current)) {
            return Optional.empty();
        }
        try {
            var target = directory.resolve(Files.readSymbolicLink(current));
            var chain = Pem.certificates(text(target, "fullchain.pem"));
            var key = Pem.privateKey(text(target, "key.pem"));
            var issuedAt = Instant.parse(text(target, "issued-at").strip());
            return Optional.of(new Generation(new TlsMaterial(key, chain), issuedAt, target));
        } catch (IOException | IllegalArgumentException | DateTimeException unreadable) {
            log.atWarn()
                    .addKeyValue("directory", current)
                    .addKeyValue("reason", unreadable)
                    .log("stored certificate is unreadable and will be replaced");
            return Optional.empty();
        }
    }

    /** Writes a generation beside the one in use. @throws IOException when the directory cannot be written; nothing changes then */
    public Generation stage(TlsMaterial material, Instant issuedAt, List<X509Certificate> roots) throws IOException {
        var target = directory
                .resolve("generations")
                .resolve(SerialNumber.of(material.leaf()).toString());
        DurableFiles.directory(target);
        var chain = material.chain();
        DurableFiles.writePublic(target.resolve("certificate.pem"), Pem.of(material.leaf()));
        DurableFiles.writePublic(target.resolve("chain.pem"), Pem.of(chain.subList(1, chain.size())));
        DurableFiles.writePublic(target.resolve("fullchain.pem"), Pem.of(chain));
        DurableFiles.writePublic(target.resolve("root.pem"), Pem.of(roots));
        DurableFiles.writePublic(target.resolve("issued-at"), issuedAt + "\n");
        DurableFiles.writePrivate(target.resolve("key.pem"), Pem.of(material.key()));
        return new Generation(material, issuedAt, target);
    }

    /** Makes the generation the one in use. */
    public void promote(Generation generation) throws IOException {
        DurableFiles.link(directory.resolve("current"), directory.relativize(generation.directory()));
    }

    /** Removes every generation but this one; keys that are not needed any more shall not lie about. */
    public void keepOnly(Generation generation) throws IOException {
        var all = directory.resolve("generations");
        if (!Files.isDirectory(all)) {
            return;
        }
        try (var generations = Files.list(all)) {
            for (Path old : generations
                    .filter(path -> !path.equals(generation.directory()))
                    .toList()) {
                delete(old);
            }
        }
    }

    /** Removes a generation that is not in use. */
    public void discard(Generation generation) throws IOException {
        delete(generation.directory());
    }

    /** The identity key; made and stored at the first call. @throws IOException when it cannot be written, or read although it is there */
    public KeyPair identityKey() throws IOException {
        var file = directory.resolve("identity-key.pem");
        try {
            return Keys.pair(Pem.privateKey(Files.readString(file)));
        } catch (NoSuchFileException firstUse) {
            var pair = KeyPairs.p256();
            DurableFiles.directory(directory);
            DurableFiles.writePrivate(file, Pem.of(pair.getPrivate()));
            return pair;
        } catch (IllegalArgumentException malformed) {
            throw new IOException("identity key " + file + " is malformed: restore it from a backup, or remove it and"
                    + " have the operator release the name");
        }
    }

    private static String text(Path generation, String file) throws IOException {
        return Files.readString(generation.resolve(file));
    }

    private static void delete(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException alreadyGone) {
            // another clean-up was faster
        }
    }
}
