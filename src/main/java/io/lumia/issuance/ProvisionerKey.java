package io.lumia.issuance;

import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;

/** The private key of a JWK provisioner, which signs the one-time tokens that step-ca asks for. */
public final class ProvisionerKey {
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private final String provisioner;
    private final String keyId;
    private final PrivateKey key;
    private final String algorithm;

    private ProvisionerKey(String provisioner, String keyId, PrivateKey key, String algorithm) {
        this.provisioner = provisioner;
        this.keyId = keyId;
        this.key = key;
        this.algorithm = algorithm;
    }

    /**
     * Opens the key. Blocks for the time that the password's derivation takes.
     *
     * @param provisioner its name at the CA, the issuer of its tokens
     * @param written a JWK, or one encrypted with the password as step-ca lists it (compact JWE, RFC 7516)
     * @throws IllegalArgumentException when the password is wrong or it is no private key
     */
    public static ProvisionerKey open(String provisioner, String written, String password) {
        try {
            var text = written.strip();
            var jwk = PublicJsonWebKey.Factory.newPublicJwk(text.startsWith("{") ? text : decrypted(text, password));
            var id = jwk.getKeyId() == null ? jwk.calculateBase64urlEncodedThumbprint("SHA-256") : jwk.getKeyId();
            if (jwk.getPrivateKey() == null) {
                throw new IllegalArgumentException(
                        "the key of the provisioner '" + provisioner + "' has no private half");
            }
            var algorithm = jwk.getAlgorithm() == null ? "ES256" : jwk.getAlgorithm();
            return new ProvisionerKey(provisioner, id, jwk.getPrivateKey(), algorithm);
        } catch (JoseException wrong) {
            throw new IllegalArgumentException(
                    "the key of the provisioner '" + provisioner + "' does not open with the password", wrong);
        }
    }

    /**
     * A token for one request.
     *
     * @param audience address of the request, such as {@code https://ca:9000/1.0/sign}
     * @param subject the common name, or the serial number in decimal where it is about a certificate
     * @param names the certificate shall carry
     */
    public String token(String audience, String subject, List<String> names, Instant now) {
        var claims = new JwtClaims();
        claims.setIssuer(provisioner);
        claims.setAudience(audience);
        claims.setSubject(subject);
        claims.setStringListClaim("sans", names);
        claims.setJwtId(UUID.randomUUID().toString());
        claims.setIssuedAt(seconds(now));
        claims.setNotBefore(seconds(now));
        claims.setExpirationTime(seconds(now.plus(LIFETIME)));
        var token = new JsonWebSignature();
        token.setAlgorithmHeaderValue(algorithm);
        token.setKeyIdHeaderValue(keyId);
        token.setHeader("typ", "JWT");
        token.setPayload(claims.toJson());
        token.setKey(key);
        try {
            return token.getCompactSerialization();
        } catch (JoseException broken) {
            throw new IllegalStateException("the provisioner's key cannot sign " + algorithm, broken);
        }
    }

    private static String decrypted(String jwe, String password) throws JoseException {
        var encrypted = new JsonWebEncryption();
        encrypted.setAlgorithmConstraints(new AlgorithmConstraints(
                ConstraintType.PERMIT,
                KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW,
                KeyManagementAlgorithmIdentifiers.PBES2_HS512_A256KW));
        encrypted.setCompactSerialization(jwe);
        encrypted.setKey(new PbkdfKey(password));
        return encrypted.getPayload();
    }

    private static NumericDate seconds(Instant moment) {
        return NumericDate.fromSeconds(moment.getEpochSecond());
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "ProvisionerKey[" + provisioner + ", " + keyId + "]";
    }
}
