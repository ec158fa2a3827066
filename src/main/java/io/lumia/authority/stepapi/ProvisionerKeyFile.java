package io.lumia.authority.stepapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.config.CannotStart;
import io.lumia.config.StepApiConfig;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.ContentEncryptionAlgorithmIdentifiers;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DATA/ca/provisioner.json and site-provisioner.json: keys of JWK provisioners, made at the first start. Blocks; call from a worker. */
final class ProvisionerKeyFile {
    private static final Logger log = LoggerFactory.getLogger(ProvisionerKeyFile.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PASSWORD = "provisioner-password";
    private static final int GENERATED_OCTETS = 24;

    /** What step itself uses; NIST SP 800-132 asks for as many as users bear. */
    private static final int ITERATIONS = 600_000;

    /** 192 random bits are not guessed, however fast one can try; each start of a new CA would pay a second. */
    private static final int ITERATIONS_GENERATED = 10_000;

    private static final Pattern GENERATED = Pattern.compile("[A-Za-z0-9_-]{32}");

    private final Path directory;
    private final StepApiConfig config;

    /** @param key public members
     *  @param encryptedKey compact JWE */
    private record Stored(Map<String, Object> key, String encryptedKey) {}

    ProvisionerKeyFile(Path data, StepApiConfig config) {
        this.directory = data.resolve("ca");
        this.config = config;
    }

    /** @throws CannotStart naming the file and the remedy */
    JwkProvisioner general() {
        return open(config.jwk(), "provisioner.json", () -> password(directory.resolve(PASSWORD)));
    }

    /** That of the sites. @throws CannotStart likewise */
    JwkProvisioner sites() {
        var own = config.sites().passwordFile();
        return open(
                config.sites().provisioner(),
                "site-provisioner.json",
                own == null ? this::sitesPassword : () -> content(own, "authority.step-api.sites.password-file"));
    }

    private interface Password {
        String read() throws IOException;
    }

    private JwkProvisioner open(String name, String fileName, Password password) {
        var file = directory.resolve(fileName);
        try {
            var stored = Files.exists(file) ? read(file) : make(name, file, password);
            var jwk = PublicJsonWebKey.Factory.newPublicJwk(stored.key);
            return new JwkProvisioner(name, jwk.getKeyId(), jwk.getPublicKey(), stored.key, stored.encryptedKey);
        } catch (IOException | JoseException | RuntimeException broken) {
            if (broken instanceof CannotStart sentence) {
                throw sentence;
            }
            throw new CannotStart(
                    "the provisioner key in " + file.toAbsolutePath() + " cannot be used ("
                            + broken.getClass().getSimpleName()
                            + "): restore the file from a backup, or delete it to have a new key made",
                    broken);
        }
    }

    private static Stored read(Path file) throws JsonProcessingException, IOException {
        return JSON.readValue(Files.readString(file), Stored.class);
    }

    private static Stored make(String name, Path file, Password password) throws IOException, JoseException {
        var pair = KeyPairs.p256();
        var jwk = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
        jwk.setPrivateKey(pair.getPrivate());
        jwk.setKeyId(jwk.calculateBase64urlEncodedThumbprint("SHA-256"));
        jwk.setUse("sig");
        jwk.setAlgorithm("ES256");
        var stored = new Stored(
                jwk.toParams(OutputControlLevel.PUBLIC_ONLY),
                encrypted(jwk.toJson(OutputControlLevel.INCLUDE_PRIVATE), password.read()));
        DurableFiles.writePrivate(file, JSON.writeValueAsString(stored));
        log.atInfo().addKeyValue("provisioner", name).log("made the key of the JWK provisioner");
        return stored;
    }

    private static String encrypted(String privateJwk, String password) throws JoseException {
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmConstraints(
                new AlgorithmConstraints(ConstraintType.PERMIT, KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW));
        jwe.setAlgorithmHeaderValue(KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW);
        jwe.setEncryptionMethodHeaderParameter(ContentEncryptionAlgorithmIdentifiers.AES_256_GCM);
        jwe.setContentTypeHeaderValue("jwk+json");
        jwe.getHeaders().setObjectHeaderValue("p2c", iterations(password));
        jwe.setKey(new PbkdfKey(password));
        jwe.setPayload(privateJwk);
        return jwe.getCompactSerialization();
    }

    private static long iterations(String password) {
        return GENERATED.matcher(password).matches() ? ITERATIONS_GENERATED : ITERATIONS;
    }

    /** The other key's where it is known; one of its own where that was taken away. */
    private String sitesPassword() throws IOException {
        var shared = directory.resolve(PASSWORD);
        return password(Files.exists(shared) ? shared : directory.resolve("site-provisioner-password"));
    }

    /** @param own where it is, or is made, when the configuration names none */
    private String password(Path own) throws IOException {
        var given = config.provisionerPassword();
        if (given != null && !given.isEmpty()) {
            return given;
        }
        var named = config.provisionerPasswordFile();
        if (named != null) {
            return content(named, "authority.step-api.provisioner-password-file");
        }
        if (Files.exists(own)) {
            return content(own, "DATA/ca/" + own.getFileName());
        }
        var octets = new byte[GENERATED_OCTETS];
        new SecureRandom().nextBytes(octets);
        var made = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        DurableFiles.writePrivate(own, made + "\n");
        return made;
    }

    private static String content(Path file, String key) {
        try {
            var value = Files.readString(file).strip();
            if (!value.isEmpty()) {
                return value;
            }
        } catch (IOException unreadable) {
            throw new CannotStart(
                    "the password file " + file.toAbsolutePath() + " (" + key + ") cannot be read: " + unreadable,
                    unreadable);
        }
        throw new CannotStart("the password file " + file.toAbsolutePath() + " (" + key
                + ") is empty: put the password of the provisioner key in it");
    }
}
