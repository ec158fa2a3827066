package io.lumia.issuance;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.security.Key;
import java.security.interfaces.ECKey;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The private key of a JWK provisioner (RFC 7517), as the step CLI writes it: plain, or encrypted with a password (JWE, compact or JSON). Opening
 * costs hundreds of thousands of hash rounds: call from a worker.
 *
 * @param id in the header of tokens
 */
public record ProvisionerKey(Key key, String id) {
    /**
     * Opens the key.
     *
     * @param written as in a file, or as the CA lists it
     * @param password null: none is known
     * @throws IllegalArgumentException saying what is wrong; never shows key material
     */
    public static ProvisionerKey open(String written, @Nullable String password) {
        var text = written.strip();
        try {
            var plain = isPlain(text) ? text : decrypted(compact(text), password);
            var jwk = PublicJsonWebKey.Factory.newPublicJwk(plain);
            if (jwk.getPrivateKey() == null) {
                throw new IllegalArgumentException("it is a public key; give the private one");
            }
            var id = jwk.getKeyId();
            return new ProvisionerKey(
                    jwk.getPrivateKey(), id == null ? jwk.calculateBase64urlEncodedThumbprint("SHA-256") : id);
        } catch (JoseException malformed) {
            throw new IllegalArgumentException("it is no JWK or JWE that can be read ("
                    + malformed.getClass().getSimpleName() + ")");
        }
    }

    private static boolean isPlain(String text) {
        return text.startsWith("{") && object(text).containsKey("kty");
    }

    /** The JSON serialization of one recipient has the same five parts (RFC 7516, 7.2.2). */
    private static String compact(String text) {
        if (!text.startsWith("{")) {
            return text;
        }
        var json = object(text);
        return String.join(
                ".",
                json.getString("protected", ""),
                json.getString("encrypted_key", ""),
                json.getString("iv", ""),
                json.getString("ciphertext", ""),
                json.getString("tag", ""));
    }

    private static String decrypted(String compact, @Nullable String password) {
        if (password == null) {
            throw new IllegalArgumentException("it is encrypted; set password-file");
        }
        try {
            var jwe = new JsonWebEncryption();
            jwe.setAlgorithmConstraints(new AlgorithmConstraints(
                    ConstraintType.PERMIT,
                    KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW,
                    KeyManagementAlgorithmIdentifiers.PBES2_HS384_A192KW,
                    KeyManagementAlgorithmIdentifiers.PBES2_HS512_A256KW));
            jwe.setCompactSerialization(compact);
            jwe.setKey(new PbkdfKey(password));
            return jwe.getPayload();
        } catch (JoseException wrong) {
            throw new IllegalArgumentException("the password does not open it; check password-file");
        }
    }

    private static JsonObject object(String text) {
        try {
            return new JsonObject(text);
        } catch (DecodeException malformed) {
            throw new IllegalArgumentException("it is neither JSON nor a compact JWE");
        }
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "ProvisionerKey[" + id + "]";
    }

    /** How a key of this kind signs (RFC 7518, 3.1). */
    static String algorithm(Key key) {
        if (key instanceof ECKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            return bits <= 256 ? "ES256" : bits <= 384 ? "ES384" : "ES512";
        }
        return "RSA".equals(key.getAlgorithm()) ? "RS256" : "EdDSA";
    }
}
