package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Keys;
import io.lumia.x509.NameConstraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The CA of a region, under a root that it shares with others and whose key it does not have. Nothing may run on the directory. Blocks. */
public final class CaRegion {
    /** In DATA/ca: what is to be signed where the root is. */
    static final String REQUEST = "region.csr";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?");

    private final Path data;
    private final Path directory;
    private final CaFiles files;
    private final AuthorityConfig config;
    private final Map<String, String> environment;
    private final Clock clock;

    public CaRegion(Path data, AuthorityConfig config, Clock clock) {
        this.data = data;
        this.directory = data.resolve("ca");
        this.files = new CaFiles(directory);
        this.config = config;
        this.environment = System.getenv();
        this.clock = clock;
        CryptoProviders.install();
    }

    /** @throws CannotStart when it is no name of a region: lower-case letters, digits and hyphens, at most 16 */
    static String checked(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new CannotStart(
                    "a region's name has 1 to 16 lower-case letters, digits and hyphens, such as eu-west");
        }
        return name;
    }

    /**
     * Makes the intermediate's key, once, and a request for it. With the key already there the request is for its next certificate.
     *
     * @return where the request is
     * @throws CannotStart when the directory holds another CA, or a database without one
     */
    public Path request(String region) {
        var name = checked(region);
        try {
            demandFree(name);
            DurableFiles.directory(directory);
            DurableFiles.writePublic(directory.resolve(CaDirectory.REGION), name + "\n");
            boolean there = files.exists(CaDirectory.INTERMEDIATE_KEY);
            var password = CaPassword.of(config, environment, directory, there);
            if (!there) {
                files.write(
                        CaDirectory.INTERMEDIATE_KEY,
                        KeyPairs.of(config.keyType()).getPrivate(),
                        password);
            }
            var pair = Keys.pair(files.key(CaDirectory.INTERMEDIATE_KEY, password));
            DurableFiles.writePublic(directory.resolve(REQUEST), CertificateRequest.create(pair, name, List.of()));
            return files.path(REQUEST);
        } catch (IOException unusable) {
            throw unusable(unusable);
        }
    }

    private void demandFree(String name) throws IOException {
        if (files.exists(CaDirectory.REGION)) {
            var there = files.text(CaDirectory.REGION);
            if (!there.equals(name)) {
                throw new CannotStart("this is the CA of the region " + there + " already, nothing was changed: "
                        + directory.toAbsolutePath() + "; choose another directory with --data");
            }
            if (files.exists(CaDirectory.INTERMEDIATE) && !files.exists(CaDirectory.INTERMEDIATE_KEY)) {
                throw files.unusable(CaDirectory.INTERMEDIATE_KEY, "is missing", null);
            }
            return;
        }
        var there = CaDirectory.IN_ORDER.stream().filter(files::exists).findFirst();
        if (there.isPresent()) {
            throw new CannotStart("there is a CA already: " + files.path(there.get())
                    + "; choose another directory with --data, nothing was changed");
        }
        if (Files.exists(data.resolve("lumia.db"))) {
            throw new CannotStart("the data directory " + data.toAbsolutePath() + " is in use without a CA (lumia.db);"
                    + " choose an empty one with --data, nothing was changed");
        }
    }

    /**
     * Puts the certificate and its root beside the key, after which the authority can start. A certificate that is there already is replaced.
     *
     * @param pin of the root; null: not asked for
     * @throws CannotStart naming what does not fit; nothing was changed then
     */
    public void install(X509Certificate certificate, X509Certificate root, @Nullable Fingerprint pin) {
        try {
            if (!files.exists(CaDirectory.REGION) || !files.exists(CaDirectory.INTERMEDIATE_KEY)) {
                throw new CannotStart("no certificate was requested in " + directory.toAbsolutePath()
                        + ": begin with lumia ca request --region NAME");
            }
            demandRoot(root, pin);
            demandKey(certificate);
            demandIntermediate(certificate, root);
            demandSuccession(certificate, root);
            files.write(CaDirectory.ROOT, root);
            files.write(CaDirectory.INTERMEDIATE, certificate);
        } catch (IOException unusable) {
            throw unusable(unusable);
        }
    }

    private void demandRoot(X509Certificate root, @Nullable Fingerprint pin) {
        var found = Fingerprint.of(root);
        if (pin != null && !pin.equals(found)) {
            throw refused("the root's fingerprint is " + found.hex() + ", not the one that was given");
        }
        try {
            root.verify(root.getPublicKey());
            root.checkValidity(Date.from(clock.instant()));
        } catch (GeneralSecurityException bad) {
            throw refused("the root is not signed by itself, or not valid now: " + bad.getMessage());
        }
        if (root.getBasicConstraints() < 1) {
            throw refused("the root is no CA that may have one below it (basicConstraints, pathLenConstraint)");
        }
    }

    private void demandKey(X509Certificate certificate) throws IOException {
        var password = CaPassword.of(config, environment, directory, true);
        if (!Keys.match(files.key(CaDirectory.INTERMEDIATE_KEY, password), certificate.getPublicKey())) {
            throw refused("the certificate is not for the key in " + directory.toAbsolutePath()
                    + ": have the request signed that is there, " + REQUEST);
        }
    }

    private void demandIntermediate(X509Certificate certificate, X509Certificate root) {
        if (certificate.getBasicConstraints() != 0) {
            throw refused("the certificate is not that of a CA for leaves alone (CA, pathLenConstraint 0)");
        }
        var usage = certificate.getKeyUsage();
        if (usage == null || !usage[5] || !usage[6]) {
            throw refused("the certificate lacks the key usages keyCertSign and cRLSign");
        }
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(clock.instant()));
            var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
            var unused = CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (GeneralSecurityException broken) {
            throw refused("the certificate does not verify under this root now: " + broken.getMessage());
        }
        if (!NameConstraints.of(certificate).equals(config.nameConstraints().names())) {
            throw refused("its name constraints " + NameConstraints.of(certificate)
                    + " are not those of authority.name-constraints here: set them alike");
        }
    }

    /** What is in use already must still verify, and find its issuer by name. */
    private void demandSuccession(X509Certificate certificate, X509Certificate root) throws IOException {
        if (files.exists(CaDirectory.ROOT)
                && !files.certificate(CaDirectory.ROOT).equals(root)) {
            throw refused("the CA has another root already, which its clients trust");
        }
        if (files.exists(CaDirectory.INTERMEDIATE)
                && !files.certificate(CaDirectory.INTERMEDIATE)
                        .getSubjectX500Principal()
                        .equals(certificate.getSubjectX500Principal())) {
            throw refused("its subject is not that of the certificate which is in use, whose leaves would not find it");
        }
    }

    private static CannotStart refused(String why) {
        return new CannotStart(why + "; nothing was changed");
    }

    private CannotStart unusable(IOException broken) {
        return new CannotStart(
                "the CA's directory " + directory.toAbsolutePath() + " cannot be read or written (" + broken
                        + "); give this user access to it",
                broken);
    }
}
