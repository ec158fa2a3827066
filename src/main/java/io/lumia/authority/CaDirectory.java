package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.AuthorityConfig.Hierarchy;
import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.KeyType;
import io.lumia.x509.Keys;
import io.lumia.x509.NameConstraints;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first generation of the CA, in DATA/ca itself: makes root and intermediate, or a single root, at the first start and checks them at every other. Each file appears whole, in the
 * order of {@link #IN_ORDER}; so what a kill at the first start leaves is a beginning of that list, and the next start completes it. Everything
 * else that is missing or does not fit stops the start. Blocks; call from a worker.
 */
final class CaDirectory {
    private static final Logger log = LoggerFactory.getLogger(CaDirectory.class);
    static final String ROOT_KEY = "root.key";
    static final String ROOT = "root.crt";
    static final String INTERMEDIATE_KEY = "intermediate.key";
    static final String INTERMEDIATE = "intermediate.crt";
    /** Names the region whose CA this is; the root's key is elsewhere then, and nothing is made here at a start. */
    static final String REGION = "region";

    static final List<String> IN_ORDER = List.of(ROOT_KEY, ROOT, INTERMEDIATE_KEY, INTERMEDIATE);

    private final Path directory;
    private final CaFiles files;
    private final AuthorityConfig config;
    private final IssuerLocations rootLocations;
    private final Map<String, String> environment;
    private final Clock clock;
    private final SecureRandom randomness = new SecureRandom();

    /** @param rootLocations of the root and its CRL; go into a new intermediate */
    CaDirectory(Path data, AuthorityConfig config, IssuerLocations rootLocations, Clock clock) {
        this(data, config, rootLocations, System.getenv(), clock);
    }

    CaDirectory(
            Path data,
            AuthorityConfig config,
            IssuerLocations rootLocations,
            Map<String, String> environment,
            Clock clock) {
        this.directory = data.resolve("ca");
        this.files = new CaFiles(directory);
        this.config = config;
        this.rootLocations = rootLocations;
        this.environment = environment;
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
            files.removeUnfinished();
            if (files.exists(REGION)) {
                return openRegion();
            }
            var found = IN_ORDER.stream().filter(files::exists).toList();
            if (files.exists(ROOT)) {
                demandHierarchy(files.certificate(ROOT));
            }
            boolean complete = found.containsAll(needed());
            if (!complete) {
                demandNothingLost(found, issuedBefore);
            }
            var password = CaPassword.of(
                    config, environment, directory, files.exists(ROOT_KEY) || files.exists(INTERMEDIATE_KEY));
            var ca = openOrMake(password);
            if (!complete && config.keyType() == KeyType.ED25519) {
                log.warn("the CA signs with Ed25519, which browsers do not accept; devices and the usual tools do");
            }
            if (!complete) {
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

    private Ca openRegion() throws IOException {
        var region = files.text(REGION);
        var missing = Stream.of(INTERMEDIATE_KEY, ROOT, INTERMEDIATE)
                .filter(file -> !files.exists(file))
                .toList();
        if (!missing.isEmpty()) {
            throw new CannotStart("the CA of the region " + region + " in " + directory.toAbsolutePath() + " lacks "
                    + String.join(", ", missing) + ": have " + CaRegion.REQUEST
                    + " signed where the root is (lumia ca sign-intermediate) and give the answer to lumia ca install;"
                    + " if it ran before, restore the files from a backup");
        }
        var root = files.certificate(ROOT);
        demandHierarchy(root);
        files.demandValid(root, ROOT, clock.instant());
        files.demandSignedBy(root, ROOT, root);
        demandRegionsCertificate(region);
        var key = files.key(INTERMEDIATE_KEY, CaPassword.of(config, environment, directory, true));
        return Ca.ofRegion(region, root, openIntermediate(root, key));
    }

    /** The remedy is another than that of a CA which has its root's key. */
    private void demandRegionsCertificate(String region) throws IOException {
        var end = files.certificate(INTERMEDIATE).getNotAfter().toInstant();
        if (clock.instant().isAfter(end)) {
            throw new CannotStart("the certificate of the region's CA, " + files.path(INTERMEDIATE) + ", expired on "
                    + end + ": have another signed for the same key, lumia ca request --region " + region
                    + ", lumia ca sign-intermediate where the root is, lumia ca install");
        }
    }

    private boolean single() {
        return config.hierarchy() == Hierarchy.ROOT;
    }

    private List<String> needed() {
        return single() ? IN_ORDER.subList(0, 2) : IN_ORDER;
    }

    /** Only the root of a CA without intermediate has pathLenConstraint 0. */
    private void demandHierarchy(X509Certificate root) {
        boolean made = root.getBasicConstraints() == 0;
        if (made != single()) {
            throw new CannotStart("authority.hierarchy is " + name(config.hierarchy()) + ", but the CA in "
                    + directory.toAbsolutePath() + " was made with "
                    + name(made ? Hierarchy.ROOT : Hierarchy.INTERMEDIATE)
                    + ", which stays: set authority.hierarchy: " + name(made ? Hierarchy.ROOT : Hierarchy.INTERMEDIATE)
                    + ", or choose an empty directory with --data to start a new CA");
        }
    }

    private static String name(Hierarchy hierarchy) {
        return hierarchy.name().toLowerCase(Locale.ROOT);
    }

    private void demandNothingLost(List<String> found, boolean issuedBefore) {
        var firstStartWasCut = found.equals(IN_ORDER.subList(0, found.size()));
        if (firstStartWasCut && !issuedBefore) {
            return;
        }
        var missing = needed().stream().filter(file -> !found.contains(file)).toList();
        throw new CannotStart("the CA in " + directory.toAbsolutePath() + " lacks " + String.join(", ", missing)
                + (issuedBefore ? ", and certificates of it are in use" : "")
                + ": restore the files from a backup, or choose an empty directory with --data to start a new CA");
    }

    private Ca openOrMake(CaPassword password) throws IOException {
        var rootKey = files.exists(ROOT_KEY) ? files.key(ROOT_KEY, password) : makeKey(ROOT_KEY, password);
        var root = files.exists(ROOT) ? files.certificate(ROOT) : makeRoot(rootKey);
        files.demandMatch(rootKey, ROOT_KEY, root, ROOT);
        files.demandValid(root, ROOT, clock.instant());
        files.demandSignedBy(root, ROOT, root);
        return single() ? new Ca(root, issuer(root, rootKey)) : openOrMakeIntermediate(root, rootKey, password);
    }

    private Ca openOrMakeIntermediate(X509Certificate root, PrivateKey rootKey, CaPassword password)
            throws IOException {
        var key = files.exists(INTERMEDIATE_KEY)
                ? files.key(INTERMEDIATE_KEY, password)
                : makeKey(INTERMEDIATE_KEY, password);
        if (!files.exists(INTERMEDIATE)) {
            makeIntermediate(key, issuer(root, rootKey));
        }
        return new Ca(root, openIntermediate(root, key));
    }

    private Issuer openIntermediate(X509Certificate root, PrivateKey key) throws IOException {
        var intermediate = files.certificate(INTERMEDIATE);
        files.demandMatch(key, INTERMEDIATE_KEY, intermediate, INTERMEDIATE);
        files.demandValid(intermediate, INTERMEDIATE, clock.instant());
        files.demandSignedBy(intermediate, INTERMEDIATE, root);
        demandConstraints(intermediate);
        return issuer(intermediate, key);
    }

    /** The root with its key, read anew for one signature or two. @throws CannotStart naming the file and the remedy */
    Issuer root() throws IOException {
        if (files.exists(REGION)) {
            throw new CannotStart("the root's key is not in " + directory.toAbsolutePath() + ", the CA of the region "
                    + files.text(REGION) + ": do this where the root is");
        }
        var password = CaPassword.of(config, environment, directory, true);
        return issuer(files.certificate(ROOT), files.key(ROOT_KEY, password));
    }

    private static Issuer issuer(X509Certificate certificate, PrivateKey key) {
        return new Issuer(certificate, new KeySigner(key, certificate.getPublicKey()));
    }

    private PrivateKey makeKey(String file, CaPassword password) throws IOException {
        var key = KeyPairs.of(config.keyType()).getPrivate();
        files.write(file, key, password);
        return key;
    }

    private X509Certificate makeRoot(PrivateKey key) throws IOException {
        var signer = new KeySigner(pair(key, ROOT_KEY));
        var validity = validity(config.rootLifetime());
        var root = single()
                ? CertificateTemplate.singleRoot(config.organization(), signer, serial(), validity)
                : CertificateTemplate.root(config.organization(), signer, serial(), validity);
        files.write(ROOT, root);
        return root;
    }

    private void makeIntermediate(PrivateKey key, Issuer root) throws IOException {
        var wanted = validity(config.intermediateLifetime());
        var end = root.certificate().getNotAfter().toInstant();
        var intermediate = CertificateTemplate.intermediate(
                        config.organization(),
                        pair(key, INTERMEDIATE_KEY).getPublic(),
                        serial(),
                        wanted.notAfter().isAfter(end) ? new Validity(wanted.notBefore(), end) : wanted,
                        rootLocations)
                .constrainedTo(config.nameConstraints().names())
                .signedBy(root);
        files.write(INTERMEDIATE, intermediate);
    }

    private KeyPair pair(PrivateKey key, String file) {
        try {
            return Keys.pair(key);
        } catch (IllegalArgumentException otherKind) {
            throw files.unusable(file, "holds no key that Lumia can use", otherKind);
        }
    }

    /** A setting that the certificate does not have would protect nobody. */
    private void demandConstraints(X509Certificate intermediate) {
        var there = NameConstraints.of(intermediate);
        if (!there.equals(config.nameConstraints().names())) {
            throw new CannotStart(
                    "authority.name-constraints are not those of the CA's "
                            + files.path(INTERMEDIATE) + " (" + there
                            + "), in which they are fixed: set them alike, or choose an empty directory with --data to start a new CA");
        }
    }

    private Validity validity(Duration lifetime) {
        var now = clock.instant();
        return new Validity(now.minus(config.backdate()), now.plus(lifetime));
    }

    private SerialNumber serial() {
        return SerialNumber.random(randomness);
    }
}
