package io.lumia.authority;

import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.EncryptedKeys;
import io.lumia.crypto.WrongPassword;
import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of one CA; what cannot be read becomes a sentence with the file and the remedy. Blocks. */
record CaFiles(Path directory) {
    boolean exists(String file) {
        return Files.exists(directory.resolve(file));
    }

    Path path(String file) {
        return directory.resolve(file).toAbsolutePath();
    }

    void write(String file, X509Certificate certificate) throws IOException {
        DurableFiles.writePublic(directory.resolve(file), Pem.of(certificate));
    }

    void write(String file, PrivateKey key, CaPassword password) throws IOException {
        DurableFiles.writePrivate(directory.resolve(file), EncryptedKeys.encrypt(key, password.value()));
    }

    /** @throws CannotStart when the password does not open it, or it is damaged */
    PrivateKey key(String file, CaPassword password) throws IOException {
        try {
            return EncryptedKeys.decrypt(Files.readString(directory.resolve(file)), password.value());
        } catch (WrongPassword wrong) {
            throw new CannotStart(
                    "the password from " + password.source() + " does not open " + path(file)
                            + ": give the one with which the CA was made by LUMIA_AUTHORITY_PASSWORD or authority.password-file",
                    wrong);
        } catch (IllegalArgumentException | CharacterCodingException damaged) {
            throw unusable(file, "is no encrypted private key", damaged);
        }
    }

    /** One line. */
    String text(String file) throws IOException {
        return Files.readString(directory.resolve(file)).strip();
    }

    /** @throws CannotStart when it is damaged */
    X509Certificate certificate(String file) throws IOException {
        return certificates(file).get(0);
    }

    /** @throws CannotStart when one is damaged */
    List<X509Certificate> certificates(String file) throws IOException {
        try {
            return Pem.certificates(Files.readString(directory.resolve(file)));
        } catch (IllegalArgumentException | CharacterCodingException damaged) {
            throw unusable(file, "is no certificate", damaged);
        }
    }

    /** @throws CannotStart when the key is not the certificate's */
    void demandMatch(PrivateKey key, String keyFile, X509Certificate certificate, String file) {
        if (!Keys.match(key, certificate.getPublicKey())) {
            throw unusable(keyFile, "is not the key of " + file, null);
        }
    }

    /** @throws CannotStart when it is not valid now */
    void demandValid(X509Certificate certificate, String file, Instant now) {
        var validity = Validity.of(certificate);
        if (now.isBefore(validity.notBefore())) {
            throw new CannotStart("the CA's " + path(file) + " is valid from " + validity.notBefore() + " but it is "
                    + now + " here: set the system's clock");
        }
        if (now.isAfter(validity.notAfter())) {
            throw new CannotStart(
                    "the CA's " + path(file) + " expired on " + validity.notAfter()
                            + ": check the system's clock; if it is right, start a new CA in an empty directory with --data and enrol the devices again");
        }
    }

    /** @throws CannotStart when it is no CA's, or another root's */
    void demandSignedBy(X509Certificate certificate, String file, X509Certificate root) {
        try {
            certificate.verify(root.getPublicKey());
            if (certificate.getBasicConstraints() < 0) {
                throw unusable(file, "is no CA certificate", null);
            }
        } catch (GeneralSecurityException otherSigner) {
            throw unusable(file, "is not signed by " + CaDirectory.ROOT, otherSigner);
        }
    }

    CannotStart unusable(String file, String why, @Nullable Throwable cause) {
        var sentence = "the CA's " + path(file) + " " + why
                + ": restore it from a backup, or choose an empty directory with --data to start a new CA";
        return cause == null ? new CannotStart(sentence) : new CannotStart(sentence, cause);
    }

    /** What {@link DurableFiles} had begun to write when the process was killed. */
    void removeUnfinished() throws IOException {
        try (var unfinished = Files.newDirectoryStream(directory, ".*.tmp")) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        }
    }
}
