package io.lumia.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The files of a step-ca looked at where they were unpacked; its configuration names them by where they were. Blocks. */
public final class StepCaFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path unpacked;
    private final Path source;

    /** @param source the directory that was backed up */
    public StepCaFiles(Path unpacked, Path source) {
        this.unpacked = unpacked;
        this.source = source;
    }

    /** @return what was found, a line each @throws BackupFailed when step-ca would not start on it */
    public List<String> inspect() throws BackupFailed {
        try {
            JsonNode config = JSON.readTree(Files.readAllBytes(unpacked.resolve("config/ca.json")));
            var found = new ArrayList<String>();
            found.add(
                    "step-ca: " + config.path("authority").path("provisioners").size() + " provisioners");
            var root = certificate(config.path("root"));
            var intermediate = certificate(config.path("crt"));
            intermediate.verify(root.getPublicKey());
            demandKey(config.path("key").asText());
            found.add("CA: intermediate signed by root sha256 " + Fingerprint.of(root)
                    + ", its key is there (step-ca's password was not tried)");
            var database = moved(config.path("db").path("dataSource").asText("db"));
            found.add(Files.isDirectory(database) ? "database: there" : "database: left out");
            return found;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw new BackupFailed("what the backup holds is no usable step-ca: " + unusable, unusable);
        }
    }

    private X509Certificate certificate(JsonNode named) throws IOException {
        var file = moved(named.isArray() ? named.path(0).asText() : named.asText());
        return Pem.certificates(Files.readString(file)).get(0);
    }

    private void demandKey(String named) throws IOException {
        if (!Files.readString(moved(named)).contains("PRIVATE KEY-----")) {
            throw new IOException(named + " is no private key");
        }
    }

    private Path moved(String named) {
        var path = Path.of(named);
        return path.startsWith(source) ? unpacked.resolve(source.relativize(path)) : unpacked.resolve(path);
    }
}
