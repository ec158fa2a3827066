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

/** DATA/ca/provisioner.json: the key of the JWK provisioner, made at the first start. Blocks; call from a worker. */
final class ProvisionerKeyFile {
    private static final Logger log = LoggerFactory.getLogger(ProvisionerKeyFile.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int GENERATED_OCTETS = 24;

    /** What step itself uses; NIST SP 800-132 asks for as many as users bear. */
    private static final int ITERATIONS = 600_000;

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
    JwkProvisioner open() {
        var file = directory.resolve("provisioner.json");
        try {
            return provisioner(Files.exists(file) ? read(file) : make(file));
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

    private JwkProvisioner provisioner(Stored stored) throws JoseException {
        var jwk = PublicJsonWebKey.Factory.newPublicJwk(stored.key);
        return new JwkProvisioner(config.jwk(), jwk.getKeyId(), jwk.getPublicKey(), stored.key, stored.encryptedKey);
    }

    private static Stored read(Path file) throws JsonProcessingException, IOException {
        return JSON.readValue(Files.readString(file), Stored.class);
    }

    private Stored make(Path file) throws IOException, JoseException {
        var pair = KeyPairs.p256();
        var jwk = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
        jwk.setPrivateKey(pair.getPrivate());
        jwk.setKeyId(jwk.calculateBase64urlEncodedThumbprint("SHA-256"));
        jwk.setUse("sig");
        jwk.setAlgorithm("ES256");
        var stored = new Stored(
                jwk.toParams(OutputControlLevel.PUBLIC_ONLY),
                encrypted(jwk.toJson(OutputControlLevel.INCLUDE_PRIVATE), password()));
        DurableFiles.writePrivate(file, JSON.writeValueAsString(stored));
        log.atInfo().addKeyValue("provisioner", config.jwk()).log("made the key of the JWK provisioner");
        return stored;
    }

    private static String encrypted(String privateJwk, String password) throws JoseException {
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmConstraints(
                new AlgorithmConstraints(ConstraintType.PERMIT, KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW));
        jwe.setAlgorithmHeaderValue(KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW);
        jwe.setEncryptionMethodHeaderParameter(ContentEncryptionAlgorithmIdentifiers.AES_256_GCM);
        jwe.setContentTypeHeaderValue("jwk+json");
        jwe.getHeaders().setObjectHeaderValue("p2c", (long) ITERATIONS);
        jwe.setKey(new PbkdfKey(password));
        jwe.setPayload(privateJwk);
        return jwe.getCompactSerialization();
    }

    private String password() throws IOException {
        var given = config.provisionerPassword();
        if (given != null && !given.isEmpty()) {
            return given;
        }
        var named = config.provisionerPasswordFile();
        if (named != null) {
            return content(named, "authority.step-api.provisioner-password-file");
        }
        var own = directory.resolve("provisioner-password");
        if (Files.exists(own)) {
            return content(own, "DATA/ca/provisioner-password");
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
