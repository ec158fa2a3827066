package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations after the first, each in DATA/ca/NUMBER. A folder is made beside and renamed into place, so that it is there as a whole or not
 * at all; which generation issues is not decided here. A folder holds root.key and root.crt (of an intermediate's rotation the certificate alone),
 * cross.crt, intermediate.key and intermediate.crt, as far as there are any. Blocks; call from a worker.
 */
final class CaGenerations {
    private static final Logger log = LoggerFactory.getLogger(CaGenerations.class);
    private static final String ROOT_KEY = "root.key";
    private static final String CROSS = "cross.crt";
    private static final String INTERMEDIATE_KEY = "intermediate.key";
    private static final String UNFINISHED = ".unfinished";

    private final Path directory;
    private final AuthorityConfig config;
    private final PlainAddresses addresses;
    private final Map<String, String> environment;
    private final Clock clock;
    private final SecureRandom randomness = new SecureRandom();

    /** @param directory DATA/ca */
    CaGenerations(
            Path directory,
            AuthorityConfig config,
            PlainAddresses addresses,
            Map<String, String> environment,
            Clock clock) {
        this.directory = directory;
        this.config = config;
        this.addresses = addresses;
        this.environment = environment;
        this.clock = clock;
    }

    /** Whether this node has the keys of a generation after the first. */
    boolean has(int number) {
        return Files.isDirectory(folder(number));
    }

    private Path folder(int number) {
        return directory.resolve(Integer.toString(number));
    }

    /**
     * A new generation. What an earlier try of the same number left is thrown away: nobody was told of it.
     *
     * @param old the one it is to succeed
     * @param oldRoot its root with the key
     */
    Ca make(int number, Kind kind, Ca old, Issuer oldRoot) throws IOException {
        delete(folder(number));
        var beside = directory.resolve(number + UNFINISHED);
        delete(beside);
        DurableFiles.directory(beside);
        var files = new CaFiles(beside);
        var password = CaPassword.of(config, environment, directory, true);
        if (kind == Kind.ROOT) {
            makeRoot(number, old, oldRoot, files, password);
        } else {
            files.write(CaDirectory.ROOT, old.root());
            if (old.cross() != null) {
                files.write(CROSS, old.cross());
            }
            makeIntermediate(number, old.rootName(), oldRoot, files, password);
        }
        var unused = Files.move(beside, folder(number), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncDirectoryOf(folder(number));
        log.atInfo()
                .addKeyValue("generation", number)
                .addKeyValue("kind", kind.label())
                .addKeyValue("directory", folder(number).toAbsolutePath())
                .log("made a new generation of the CA; it is not in use yet");
        return open(number);
    }

    private void makeRoot(int number, Ca old, Issuer oldRoot, CaFiles files, CaPassword password) throws IOException {
        var pair = KeyPairs.of(config.keyType());
        files.write(ROOT_KEY, pair.getPrivate(), password);
        var signer = new KeySigner(pair);
        var root = CertificateTemplate.laterRoot(
                config.organization(), number, old.isSingle(), signer, serial(), validity(config.rootLifetime()));
        files.write(CaDirectory.ROOT, root);
        if (old.isSingle()) {
            return; // its pathLenConstraint lets no root stand between it and a leaf
        }
        files.write(
                CROSS,
                CertificateTemplate.cross(
                                root,
                                serial(),
                                within(validity(config.rootLifetime()), oldRoot),
                                addresses.ofRoot(old.rootName()))
                        .signedBy(oldRoot));
        makeIntermediate(number, Ca.rootName(number), new Issuer(root, signer), files, password);
    }

    private void makeIntermediate(int number, String rootName, Issuer root, CaFiles files, CaPassword password)
            throws IOException {
        KeyPair pair = KeyPairs.of(config.keyType());
        files.write(INTERMEDIATE_KEY, pair.getPrivate(), password);
        files.write(
                CaDirectory.INTERMEDIATE,
                CertificateTemplate.laterIntermediate(
                                config.organization(),
                                number,
                                pair.getPublic(),
                                serial(),
                                within(validity(config.intermediateLifetime()), root),
                                addresses.ofRoot(rootName))
                        .constrainedTo(config.nameConstraints().names())
                        .signedBy(root));
    }

    /**
     * One that is there, its keys opened and matched.
     *
     * @throws io.lumia.config.CannotStart naming the file and the remedy
     */
    Ca open(int number) throws IOException {
        var files = new CaFiles(folder(number));
        var password = CaPassword.of(config, environment, directory, true);
        var root = files.certificate(CaDirectory.ROOT);
        int rootNumber = rootNumber(number, root);
        if (!files.exists(CaDirectory.INTERMEDIATE)) {
            return new Ca(
                    number, rootNumber, root, issuer(files, ROOT_KEY, CaDirectory.ROOT, root, password), null, null);
        }
        var intermediate = files.certificate(CaDirectory.INTERMEDIATE);
        files.demandSignedBy(intermediate, CaDirectory.INTERMEDIATE, root);
        var issuer = issuer(files, INTERMEDIATE_KEY, CaDirectory.INTERMEDIATE, intermediate, password);
        return new Ca(number, rootNumber, root, issuer, files.exists(CROSS) ? files.certificate(CROSS) : null, null);
    }

    /** Which generation made the root of one that is there. */
    int rootNumber(int number) throws IOException {
        return rootNumber(number, new CaFiles(folder(number)).certificate(CaDirectory.ROOT));
    }

    /** Which generation made its root: the one that has the key. */
    private int rootNumber(int number, X509Certificate root) throws IOException {
        for (int candidate = number; candidate > 1; candidate--) {
            var files = new CaFiles(folder(candidate));
            if (files.exists(ROOT_KEY) && files.certificate(CaDirectory.ROOT).equals(root)) {
                return candidate;
            }
        }
        return 1;
    }

    /** @throws io.lumia.config.CannotStart when what signs its leaves is not valid now */
    void demandValid(Ca ca, Instant now) {
        if (ca.number() > 1) {
            var file = ca.isSingle() ? CaDirectory.ROOT : CaDirectory.INTERMEDIATE;
            new CaFiles(folder(ca.number())).demandValid(ca.issuer().certificate(), file, now);
        }
    }

    /** The root that a generation after the first made, with its key, read anew for one signature or two. */
    Issuer root(int rootNumber) throws IOException {
        var files = new CaFiles(folder(rootNumber));
        return issuer(
                files,
                ROOT_KEY,
                CaDirectory.ROOT,
                files.certificate(CaDirectory.ROOT),
                CaPassword.of(config, environment, directory, true));
    }

    /** What the commands that need no running process go by: the bundle, and which generation issues. */
    void publish(List<X509Certificate> trusted, int issuing) throws IOException {
        DurableFiles.writePublic(directory.resolve(CaCertificates.BUNDLE), Pem.of(trusted));
        DurableFiles.writePublic(directory.resolve(CaCertificates.ISSUING), issuing + "\n");
    }

    /** The generation that issued when this node last looked. */
    Optional<Integer> published() throws IOException {
        return CaCertificates.issuing(directory);
    }

    private static Issuer issuer(
            CaFiles files, String keyFile, String file, X509Certificate certificate, CaPassword password)
            throws IOException {
        PrivateKey key = files.key(keyFile, password);
        files.demandMatch(key, keyFile, certificate, file);
        return new Issuer(certificate, new KeySigner(key, certificate.getPublicKey()));
    }

    private Validity validity(Duration lifetime) {
        var now = clock.instant();
        return new Validity(now.minus(config.backdate()), now.plus(lifetime));
    }

    /** Nothing outlives who signed it. */
    private static Validity within(Validity wanted, Issuer root) {
        var end = root.certificate().getNotAfter().toInstant();
        return wanted.notAfter().isAfter(end) ? new Validity(wanted.notBefore(), end) : wanted;
    }

    private SerialNumber serial() {
        return SerialNumber.random(randomness);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
