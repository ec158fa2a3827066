package io.lumia.cluster;

import io.lumia.config.CannotStart;
import io.lumia.config.ClusterConfig;
import io.lumia.tls.NodeCredentials;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Objects;

/** Credentials of a node that an operator keeps in files; read once, at the start. Blocks. */
public final class CredentialFiles {
    private CredentialFiles() {}

    /** @throws CannotStart naming the keys, when a file cannot be read or the pair does not fit */
    public static NodeCredentials read(ClusterConfig.Tls tls) {
        try {
            var trusted = new ArrayList<X509Certificate>();
            for (Path file : tls.caFiles()) {
                trusted.addAll(Pem.certificates(Files.readString(file)));
            }
            var own = TlsMaterial.parse(
                    Files.readString(Objects.requireNonNull(tls.keyFile())),
                    Files.readString(Objects.requireNonNull(tls.certFile())));
            return new NodeCredentials(own, trusted);
        } catch (IOException | IllegalArgumentException unusable) {
            throw new CannotStart(
                    "cluster.tls: cert-file, key-file or ca-files cannot be used (" + unusable.getMessage()
                            + "); give PEM files that belong together",
                    unusable);
        }
    }
}
