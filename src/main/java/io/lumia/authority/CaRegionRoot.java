package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.DurableFiles;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.UnfitRequest;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the root is that several regions share. What it signed for them is kept in DATA/ca/regions. Blocks. */
public final class CaRegionRoot {
    private static final Logger log = LoggerFactory.getLogger(CaRegionRoot.class);
    private static final String SIGNED = "regions";

    private final Path data;
    private final Path directory;
    private final AuthorityConfig config;
    private final Clock clock;

    /**
     * @param root that signed it
     * @param file where it is kept
     */
    public record Signed(X509Certificate certificate, X509Certificate root, Path file) {}

    public CaRegionRoot(Path data, AuthorityConfig config, Clock clock) {
        this.data = data;
        this.directory = data.resolve("ca");
        this.config = config;
        this.clock = clock;
        CryptoProviders.install();
    }

    /**
     * An intermediate that signs leaves only, for the region that is the request's common name. It ends with the root at the latest.
     *
     * @param lifetime null: {@code authority.intermediate-lifetime}
     * @throws CannotStart when the root is not here or may not, or another key has the region's name
     * @throws UnfitRequest when the request is not good
     */
    public Signed sign(String csr, @Nullable Duration lifetime) throws UnfitRequest {
        var request = CertificateRequest.parse(csr);
        var region = CaRegion.checked(request.commonName());
        try {
            int number = rootNumber();
            var issuer = number == 1 ? first().root() : generations().root(number);
            demandValid(issuer.certificate());
            if (issuer.certificate().getBasicConstraints() == 0) {
                throw new CannotStart(
                        "this root signs leaves itself (authority.hierarchy: root) and may have no CA below it: make one for the"
                                + " regions with lumia ca init in another directory");
            }
            demandFreeName(region, request.publicKey());
            var certificate = CertificateTemplate.regionalIntermediate(
                            config.organization(),
                            region,
                            request.publicKey(),
                            SerialNumber.random(new SecureRandom()),
                            validity(lifetime == null ? config.intermediateLifetime() : lifetime, issuer),
                            PlainAddresses.of(config).ofRoot(Ca.rootName(number)))
                    .constrainedTo(config.nameConstraints().names())
                    .signedBy(issuer);
            new CaFiles(directory).demandSignedBy(certificate, CaDirectory.ROOT_KEY, issuer.certificate());
            return new Signed(certificate, issuer.certificate(), keep(region, certificate));
        } catch (IOException unusable) {
            throw new CannotStart(
                    "the CA's directory " + directory.toAbsolutePath() + " cannot be read or written (" + unusable
                            + "); give this user access to it",
                    unusable);
        }
    }

    /** The generation that made the root which is in use. What became of the intermediate beside it does not matter. */
    private int rootNumber() throws IOException {
        if (!new CaFiles(directory).exists(CaDirectory.ROOT)) {
            throw new CannotStart("there is no CA in " + directory.toAbsolutePath()
                    + ": name the root's data directory with --data, or make a CA with lumia ca init");
        }
        var number = CaCertificates.issuing(directory);
        return number.isPresent() ? generations().rootNumber(number.get()) : 1;
    }

    private void demandValid(X509Certificate root) {
        new CaFiles(directory).demandValid(root, CaDirectory.ROOT, clock.instant());
    }

    private CaDirectory first() {
        return new CaDirectory(data, config, PlainAddresses.of(config).ofRoot(Ca.rootName(1)), clock);
    }

    private CaGenerations generations() {
        return new CaGenerations(directory, config, PlainAddresses.of(config), System.getenv(), clock);
    }

    /** Two CAs of one name could not be told apart by their CRLs. */
    private void demandFreeName(String region, PublicKey key) throws IOException {
        var signed = directory.resolve(SIGNED);
        if (!Files.isDirectory(signed)) {
            return;
        }
        try (var earlier = Files.newDirectoryStream(signed, region + ".*.crt")) {
            for (Path file : earlier) {
                var name = String.valueOf(file.getFileName());
                if (!new CaFiles(signed).certificate(name).getPublicKey().equals(key)) {
                    throw new CannotStart("the region " + region + " has another key already, by " + file
                            + ": choose another name; where that one never ran, remove the file");
                }
            }
        }
    }

    private Validity validity(Duration lifetime, Issuer root) {
        var now = clock.instant();
        var end = root.certificate().getNotAfter().toInstant();
        var wanted = now.plus(lifetime);
        return new Validity(now.minus(config.backdate()), wanted.isAfter(end) ? end : wanted);
    }

    private Path keep(String region, X509Certificate certificate) throws IOException {
        DurableFiles.directory(directory.resolve(SIGNED));
        var files = new CaFiles(directory.resolve(SIGNED));
        var name = region + "." + SerialNumber.of(certificate) + ".crt";
        files.write(name, certificate);
        log.atInfo()
                .addKeyValue("region", region)
                .addKeyValue("serial", SerialNumber.of(certificate))
                .addKeyValue("notAfter", certificate.getNotAfter().toInstant())
                .log("signed the CA of a region");
        return files.path(name);
    }
}
