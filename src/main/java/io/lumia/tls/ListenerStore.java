package io.lumia.tls;

import io.lumia.crypto.DurableFiles;
import io.lumia.tls.IdentityFiles.Generation;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener's generations of key and certificate on disk, or nowhere: what an operator keeps in files of his own is not copied. Blocks; call
 * from a worker.
 */
final class ListenerStore {
    private static final Logger log = LoggerFactory.getLogger(ListenerStore.class);

    private final @Nullable IdentityFiles files;
    private final String origin;
    private volatile @Nullable Generation kept;

    /**
     * @param files null: nothing is kept
     * @param origin what is kept counts only when it came from the same
     */
    ListenerStore(@Nullable IdentityFiles files, String origin) {
        this.files = files;
        this.origin = origin;
    }

    /**
     * What a listener serves.
     *
     * @param issuedAt from which its lifetime counts
     * @param stored null: not kept here
     */
    record InUse(
            TlsMaterial material,
            Instant issuedAt,
            @Nullable Generation stored) {
        /** From files of the operator; its lifetime counts from where the certificate says. */
        static InUse of(TlsMaterial pair) {
            return new InUse(pair, pair.leaf().getNotBefore().toInstant(), null);
        }

        SerialNumber serial() {
            return SerialNumber.of(material.leaf());
        }

        Instant notAfter() {
            return material.leaf().getNotAfter().toInstant();
        }
    }

    /** What an earlier start left; the caller says whether it is still good. */
    Optional<InUse> stored() throws IOException {
        if (files == null || !origin.equals(storedOrigin(files))) {
            return Optional.empty();
        }
        return files.current().map(ListenerStore::inUse);
    }

    /** It is used: everything else goes. */
    void use(InUse taken) {
        var generation = taken.stored;
        if (files != null && generation != null) {
            kept = generation;
            tidy(files, generation);
        }
    }

    /** Written beside what is kept. */
    InUse stage(TlsMaterial fresh, Instant issuedAt, List<X509Certificate> roots) throws IOException {
        return files == null ? new InUse(fresh, issuedAt, null) : inUse(files.stage(fresh, issuedAt, roots));
    }

    /** From now on it is what is kept. */
    void promote(InUse staged) throws IOException {
        var generation = staged.stored;
        if (files == null || generation == null) {
            return;
        }
        files.promote(generation);
        DurableFiles.writePublic(originFile(files), origin + "\n");
        use(staged);
    }

    /** As before; the link may have been switched already, when only its sync failed. */
    void back(InUse staged) throws IOException {
        var generation = staged.stored;
        var before = kept;
        if (files == null || generation == null) {
            return;
        }
        if (before != null) {
            files.promote(before);
        }
        files.discard(generation);
    }

    private static InUse inUse(Generation generation) {
        return new InUse(generation.material(), generation.issuedAt(), generation);
    }

    /** Where there is none, it is from before there were other origins. */
    private static String storedOrigin(IdentityFiles files) throws IOException {
        var file = originFile(files);
        return Files.isRegularFile(file) ? Files.readString(file).strip() : EmbeddedSource.ORIGIN;
    }

    private static Path originFile(IdentityFiles files) {
        return files.directory().resolve("origin");
    }

    /** What could not be removed is tried again next time; the generation in use is good all the same. */
    private static void tidy(IdentityFiles files, Generation inUse) {
        try {
            files.keepOnly(inUse);
        } catch (IOException stillThere) {
            log.atWarn()
                    .addKeyValue("directory", files.directory())
                    .addKeyValue("reason", stillThere)
                    .log("an old generation could not be removed");
        }
    }
}
