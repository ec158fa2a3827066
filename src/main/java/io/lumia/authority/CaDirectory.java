package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.EncryptedKeys;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.crypto.WrongPassword;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DATA/ca: makes root and intermediate at the first start and checks them at every other. Each file appears whole, in the order of
 * {@link #IN_ORDER}; so what a kill at the first start leaves is a beginning of that list, and the next start completes it. Everything else that
 * is missing or does not fit stops the start. Blocks; call from a worker.
 */
final class CaDirectory {
    private static final Logger log = LoggerFactory.getLogger(CaDirectory.class);
    private static final String ROOT_KEY = "root.key";
    private static final String ROOT = "root.crt";
    private static final String INTERMEDIATE_KEY = "intermediate.key";
    private static final String INTERMEDIATE = "intermediate.crt";
    private static final List<String> IN_ORDER = List.of(ROOT_KEY, ROOT, INTERMEDIATE_KEY, INTERMEDIATE);

    private final Path directory;
    private final AuthorityConfig config;
    private final IssuerLocations rootLocations;
    private final Clock clock;
    private final SecureRandom randomness = new SecureRandom();

    /** @param rootLocations of the root and its CRL; go into a new intermediate */
    CaDirectory(Path data, AuthorityConfig config, IssuerLocations rootLocations, Clock clock) {
        this.directory = data.resolve("ca");
        this.config = config;
        this.rootLocations = rootLocations;
        this.clock = clock;
    }

    /**
     * The CA, made now where there is none.
     *
     * @param issuedBefore whether the store knows certificates of a CA; then none is made
     * @throws CannotStart naming the file and the remedy
     */
    Ca open(boolean issuedBefore) {
        try {
            DurableFiles.directory(directory);
            removeUnfinished();
            var found = IN_ORDER.stream().filter(this::exists).toList();
            if (found.size() < IN_ORDER.size()) {
                demandNothingLost(found, issuedBefore);
            }
            var password = CaPassword.of(config, directory, exists(ROOT_KEY) || exists(INTERMEDIATE_KEY));
            var ca = openOrMake(password);
            if (found.size() < IN_ORDER.size()) {
                log.atInfo()
                        .addKeyValue("fingerprint", ca.rootFingerprint())
                        .addKeyValue("directory", directory.toAbsolutePath())
                        .log(
                                found.isEmpty()
                                        ? "made a new CA"
                                        : "completed the CA that an interrupted start had begun");
            }
            return ca;
        } catch (IOException broken) {
            throw new CannotStart(
                    "the CA's directory " + directory.toAbsolutePath() + " cannot be read or written (" + broken
                            + "); give this user access to it",
                    broken);
        }
    }

    private void demandNothingLost(List<String> found, boolean issuedBefore) {
        var firstStartWasCut = found.equals(IN_ORDER.subList(0, found.size()));
        if (firstStartWasCut && !issuedBefore) {
            return;
        }
        var missing = IN_ORDER.stream().filter(file -> !found.contains(file)).toList();
        throw new CannotStart("the CA in " + directory.toAbsolutePath() + " lacks " + String.join(", ", missing)
                + (issuedBefore ? ", and certificates of it are in use" : "")
                + ": restore the files from a backup, or choose an empty directory with --data to start a new CA");
    }

    private Ca openOrMake(CaPassword password) throws IOException {
        var rootKey = exists(ROOT_KEY) ? readKey(ROOT_KEY, password) : makeKey(ROOT_KEY, password);
        var root = exists(ROOT) ? readCertificate(ROOT) : makeRoot(rootKey);
        demandMatch(rootKey, ROOT_KEY, root, ROOT);
        demandValid(root, ROOT);
        demandSignedBy(root, ROOT, root);
        var key = exists(INTERMEDIATE_KEY) ? readKey(INTERMEDIATE_KEY, password) : makeKey(INTERMEDIATE_KEY, password);
        var intermediate =
                exists(INTERMEDIATE) ? readCertificate(INTERMEDIATE) : makeIntermediate(key, issuer(root, rootKey));
        demandMatch(key, INTERMEDIATE_KEY, intermediate, INTERMEDIATE);
        demandValid(intermediate, INTERMEDIATE);
        demandSignedBy(intermediate, INTERMEDIATE, root);
        return new Ca(root, issuer(intermediate, key));
    }

    /** The root with its key, read anew for one signature or two. @throws CannotStart naming the file and the remedy */
    Issuer root() throws IOException {
        var password = CaPassword.of(config, directory, true);
        return issuer(readCertificate(ROOT), readKey(ROOT_KEY, password));
    }

    private static Issuer issuer(X509Certificate certificate, PrivateKey key) {
        return new Issuer(certificate, new KeySigner(key, certificate.getPublicKey()));
    }

    private PrivateKey makeKey(String file, CaPassword password) throws IOException {
        var key = KeyPairs.p256().getPrivate();
        DurableFiles.writePrivate(directory.resolve(file), EncryptedKeys.encrypt(key, password.value()));
        return key;
    }

    private X509Certificate makeRoot(PrivateKey key) throws IOException {
        var root = CertificateTemplate.root(
                config.organization(), new KeySigner(pair(key, ROOT_KEY)), serial(), validity(config.rootLifetime()));
        DurableFiles.writePublic(directory.resolve(ROOT), Pem.of(root));
        return root;
    }

    private X509Certificate makeIntermediate(PrivateKey key, Issuer root) throws IOException {
        var wanted = validity(config.intermediateLifetime());
        var end = root.certificate().getNotAfter().toInstant();
        var intermediate = CertificateTemplate.intermediate(
                        config.organization(),
                        pair(key, INTERMEDIATE_KEY).getPublic(),
                        serial(),
                        wanted.notAfter().isAfter(end) ? new Validity(wanted.notBefore(), end) : wanted,
                        rootLocations)
                .signedBy(root);
        DurableFiles.writePublic(directory.resolve(INTERMEDIATE), Pem.of(intermediate));
        return intermediate;
    }

    private KeyPair pair(PrivateKey key, String file) {
        try {
            return KeyPairs.p256(key);
        } catch (IllegalArgumentException otherKind) {
            throw unusable(file, "holds no P-256 key", otherKind);
        }
    }

    private PrivateKey readKey(String file, CaPassword password) throws IOException {
        try {
            return EncryptedKeys.decrypt(Files.readString(directory.resolve(file)), password.value());
        } catch (WrongPassword wrong) {
            throw new CannotStart(
                    "the password from " + password.source() + " does not open "
                            + directory.resolve(file).toAbsolutePath()
                            + ": give the one with which the CA was made by LUMIA_AUTHORITY_PASSWORD or authority.password-file",
                    wrong);
        } catch (IllegalArgumentException | CharacterCodingException damaged) {
            throw unusable(file, "is no encrypted private key", damaged);
        }
    }

    private X509Certificate readCertificate(String file) throws IOException {
        try {
            return Pem.certificates(Files.readString(directory.resolve(file))).get(0);
        } catch (IllegalArgumentException | CharacterCodingException damaged) {
            throw unusable(file, "is no certificate", damaged);
        }
    }

    private void demandMatch(PrivateKey key, String keyFile, X509Certificate certificate, String file) {
        if (!Keys.match(key, certificate.getPublicKey())) {
            throw unusable(keyFile, "is not the key of " + file, null);
        }
    }

    private void demandValid(X509Certificate certificate, String file) {
        var validity = Validity.of(certificate);
        var now = clock.instant();
        if (now.isBefore(validity.notBefore())) {
            throw new CannotStart("the CA's " + directory.resolve(file).toAbsolutePath() + " is valid from "
                    + validity.notBefore() + " but it is " + now + " here: set the system's clock");
        }
        if (now.isAfter(validity.notAfter())) {
            throw new CannotStart(
                    "the CA's " + directory.resolve(file).toAbsolutePath() + " expired on " + validity.notAfter()
                            + ": check the system's clock; if it is right, start a new CA in an empty directory with --data and enrol the devices again");
        }
    }

    private void demandSignedBy(X509Certificate certificate, String file, X509Certificate root) {
        try {
            certificate.verify(root.getPublicKey());
            if (certificate.getBasicConstraints() < 0) {
                throw unusable(file, "is no CA certificate", null);
            }
        } catch (GeneralSecurityException otherSigner) {
            throw unusable(file, "is not signed by " + ROOT, otherSigner);
        }
    }

    private CannotStart unusable(String file, String why, @Nullable Throwable cause) {
        var sentence = "the CA's " + directory.resolve(file).toAbsolutePath() + " " + why
                + ": restore it from a backup, or choose an empty directory with --data to start a new CA";
        return cause == null ? new CannotStart(sentence) : new CannotStart(sentence, cause);
    }

    private Validity validity(Duration lifetime) {
        var now = clock.instant();
        return new Validity(now.minus(config.backdate()), now.plus(lifetime));
    }

    private SerialNumber serial() {
        return SerialNumber.random(randomness);
    }

    /** What {@link DurableFiles} had begun to write when the process was killed. */
    private void removeUnfinished() throws IOException {
        try (var unfinished = Files.newDirectoryStream(directory, ".*.tmp")) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        }
    }

    private boolean exists(String file) {
        return Files.exists(directory.resolve(file));
    }
}
