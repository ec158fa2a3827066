package io.lumia.authority;

import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.EncryptedKeys;
import io.lumia.crypto.WrongPassword;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
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

    /** @throws CannotStart when it is damaged */
    X509Certificate certificate(String file) throws IOException {
        try {
            return Pem.certificates(Files.readString(directory.resolve(file))).get(0);
        } catch (IllegalArgumentException | CharacterCodingException damaged) {
            throw unusable(file, "is no certificate", damaged);
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
