package io.lumia.mosquitto;

import io.lumia.access.MosquittoAcl;
import io.lumia.access.MosquittoAclText;
import io.lumia.access.TopicAcl;
import io.lumia.config.MosquittoConfig;
import io.lumia.crypto.DurableFiles;
import io.lumia.x509.Crl;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files that Mosquitto reads from us. What is written was read back first as Mosquitto would. Blocks; call from a worker. */
final class BrokerFiles {
    private static final Logger log = LoggerFactory.getLogger(BrokerFiles.class);

    private final MosquittoConfig config;

    BrokerFiles(MosquittoConfig config) {
        this.config = config;
    }

    /** @return whether the file changed */
    boolean writeRules(List<TopicAcl.Rule> rules) throws IOException {
        var file = config.aclFile();
        if (file == null) {
            return false;
        }
        var text = MosquittoAclText.of(rules);
        var unused = MosquittoAcl.parse(text);
        return replaced(file, text);
    }

    /** @return whether the file changed; one that is older than what is there, or over already, is not taken */
    boolean writeList(Crl fetched, Instant now) throws IOException {
        var file = config.crlFile();
        if (file == null) {
            return false;
        }
        if (fetched.nextUpdate().isBefore(now)) {
            throw new IOException("the revocation list of the CA ended at " + fetched.nextUpdate()
                    + "; with it Mosquitto would refuse everybody, so the file is left as it is");
        }
        var there = list();
        if (there.isPresent() && isNewer(there.get(), fetched)) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .log("the CA handed out a revocation list that is older than the one in use; it is not taken");
            return false;
        }
        return replaced(file, Pem.text("X509 CRL", fetched.der()));
    }

    /** Times are whole seconds, in which a CA can make several; its numbers may begin anew. */
    private static boolean isNewer(Crl there, Crl fetched) {
        int later = there.thisUpdate().compareTo(fetched.thisUpdate());
        return later > 0 || (later == 0 && there.number().compareTo(fetched.number()) > 0);
    }

    /** The list in use; empty when there is none that can be read. */
    Optional<Crl> list() throws IOException {
        var file = config.crlFile();
        if (file == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Crl.parse(Pem.content("X509 CRL", Files.readString(file))));
        } catch (NoSuchFileException | IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    private static boolean replaced(Path file, String text) throws IOException {
        if (Files.exists(file) && Files.readString(file).equals(text)) {
            return false;
        }
        var directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            DurableFiles.directory(directory);
        }
        DurableFiles.writePublic(file, text);
        return true;
    }
}
