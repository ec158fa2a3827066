package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.tls.NodeCredentials;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A root that vouches for the nodes of a cluster and for nothing else, {@code nodes.crt} and {@code nodes.key} beside the CA: whoever has a
 * certificate of the fleet's CA is not let in, whatever its names, and a rotation of that CA leaves the nodes alone. Blocks.
 */
public final class NodeAuthority {
    private static final String KEY = "nodes.key";
    private static final String CERTIFICATE = "nodes.crt";
    private static final Duration ROOT_LIFETIME = Duration.ofDays(3653);
    /** Of a certificate that ends with the process, key and all. */
    private static final Duration LONGEST_RUN = Duration.ofDays(398);

    private final Issuer root;
    private final AuthorityConfig config;
    private final Clock clock;
    private final SecureRandom randomness = new SecureRandom();

    private NodeAuthority(Issuer root, AuthorityConfig config, Clock clock) {
        this.root = root;
        this.config = config;
        this.clock = clock;
    }

    /**
     * The one of this data directory.
     *
     * @param maker whether it is made now where there is none
     * @throws CannotStart naming the file and the remedy
     */
    public static NodeAuthority open(Path data, AuthorityConfig config, boolean maker, Clock clock) {
        CryptoProviders.install();
        var directory = data.resolve("ca");
        var files = new CaFiles(directory);
        if (!maker && !(files.exists(KEY) && files.exists(CERTIFICATE))) {
            throw new CannotStart(
                    "cluster.tls: this node has nothing to show to the others: copy " + CERTIFICATE + " and "
                            + KEY + " from a node with the part authority to " + directory.toAbsolutePath()
                            + ", or name cert-file, key-file and ca-files");
        }
        try {
            DurableFiles.directory(directory);
            var password = CaPassword.of(config, System.getenv(), directory, holdsKeys(files));
            var key = files.exists(KEY) ? files.key(KEY, password) : makeKey(files, password);
            var signer = new KeySigner(key, KeyPairs.p256(key).getPublic());
            var certificate = files.exists(CERTIFICATE)
                    ? files.certificate(CERTIFICATE)
                    : makeRoot(files, config, signer, clock.instant());
            files.demandMatch(key, KEY, certificate, CERTIFICATE);
            files.demandValid(certificate, CERTIFICATE, clock.instant());
            return new NodeAuthority(new Issuer(certificate, signer), config, clock);
        } catch (IOException broken) {
            throw new CannotStart(
                    "the CA's directory " + directory.toAbsolutePath() + " cannot be read or written (" + broken
                            + "); give this user access to it",
                    broken);
        }
    }

    /** A certificate for one run of this node, with a key that is nowhere else. */
    public NodeCredentials issue(String node) {
        var pair = KeyPairs.p256();
        var now = clock.instant();
        var end = root.certificate().getNotAfter().toInstant();
        var wanted = now.plus(LONGEST_RUN);
        var leaf = CertificateTemplate.leaf(
                        Profile.SERVER,
                        node,
                        List.of(node),
                        pair.getPublic(),
                        SerialNumber.random(randomness),
                        new Validity(now.minus(config.backdate()), wanted.isAfter(end) ? end : wanted),
                        IssuerLocations.NONE)
                .forClientsToo()
                .signedBy(root);
        return new NodeCredentials(new TlsMaterial(pair.getPrivate(), List.of(leaf)), List.of(root.certificate()));
    }

    private static boolean holdsKeys(CaFiles files) {
        return files.exists(KEY) || CaDirectory.IN_ORDER.stream().anyMatch(files::exists);
    }

    private static PrivateKey makeKey(CaFiles files, CaPassword password) throws IOException {
        var key = KeyPairs.p256().getPrivate();
        files.write(KEY, key, password);
        return key;
    }

    private static X509Certificate makeRoot(CaFiles files, AuthorityConfig config, KeySigner signer, Instant now)
            throws IOException {
        var validity = new Validity(now.minus(config.backdate()), now.plus(ROOT_LIFETIME));
        var root = CertificateTemplate.nodeRoot(
                config.organization(), signer, SerialNumber.random(new SecureRandom()), validity);
        files.write(CERTIFICATE, root);
        return root;
    }
}
