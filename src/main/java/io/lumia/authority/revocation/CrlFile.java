package io.lumia.authority.revocation;

import io.lumia.crypto.DurableFiles;
import io.lumia.x509.Crl;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DATA/ca/ISSUER.crl: the last CRL of an issuer, PEM; by it the next process knows the number that was used. Blocks. */
record CrlFile(Path file, X509Certificate issuer) {
    private static final Logger log = LoggerFactory.getLogger(CrlFile.class);
    private static final byte SEQUENCE = 0x30;
    private static final String LABEL = "X509 CRL";

    /** Empty where there is none of this issuer. */
    Optional<Crl> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var crl = Crl.parse(der(Files.readAllBytes(file)));
            if (crl.isSignedBy(issuer)) {
                return Optional.of(crl);
            }
            tell("the last CRL is of another CA and not used", null);
        } catch (IOException | IllegalArgumentException damaged) {
            tell("the last CRL cannot be read and is not used", damaged);
        }
        return Optional.empty();
    }

    /** As it is served, DER, when an operator brought it from there. */
    private static byte[] der(byte[] read) {
        boolean isDer = read.length > 0 && read[0] == SEQUENCE;
        return isDer ? read : Pem.content(LABEL, new String(read, StandardCharsets.US_ASCII));
    }

    /** What cannot be written is told and goes on: the CRL is served from memory. */
    void write(Crl crl) {
        try {
            DurableFiles.writePublic(file, Pem.text(LABEL, crl.der()));
        } catch (IOException full) {
            tell("the new CRL is served but could not be kept", full);
        }
    }

    private void tell(String what, @org.jspecify.annotations.Nullable Exception cause) {
        log.atWarn().setCause(cause).addKeyValue("file", file.toAbsolutePath()).log(what);
    }
}
