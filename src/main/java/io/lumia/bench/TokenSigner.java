package io.lumia.bench;

import java.net.URI;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;

/**
 * Makes one-time tokens of a JWK provisioner, as the step CLI does.
 *
 * @param provisioner its name
 * @param key its private key
 */
record TokenSigner(String provisioner, PublicJsonWebKey key) {
    private static final float MINUTES = 5;

    /** @param encryptedKey compact JWE, as the CA hands it out */
    static TokenSigner open(String provisioner, String encryptedKey, String password) {
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmConstraints(
                new AlgorithmConstraints(ConstraintType.PERMIT, KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW));
        try {
            jwe.setCompactSerialization(encryptedKey);
            jwe.setKey(new PbkdfKey(password));
            return new TokenSigner(provisioner, PublicJsonWebKey.Factory.newPublicJwk(jwe.getPayload()));
        } catch (JoseException unreadable) {
            throw new BenchFailed("the key of the provisioner " + provisioner + " cannot be opened", unreadable);
        }
    }

    /**
     * Good for one certificate for the name.
     *
     * @param sign address of the path that takes it
     */
    String token(URI sign, String name) {
        var claims = new JwtClaims();
        claims.setIssuer(provisioner);
        claims.setAudience(sign.toString());
        claims.setSubject(name);
        claims.setStringListClaim("sans", List.of(name));
        claims.setIssuedAtToNow();
        claims.setNotBeforeMinutesInThePast(1);
        claims.setExpirationTimeMinutesInTheFuture(MINUTES);
        claims.setGeneratedJwtId();
        var jws = new JsonWebSignature();
        jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
        jws.setKeyIdHeaderValue(key.getKeyId());
        jws.setPayload(claims.toJson());
        jws.setKey(key.getPrivateKey());
        try {
            return jws.getCompactSerialization();
        } catch (JoseException broken) {
            throw new BenchFailed("a token cannot be signed", broken);
        }
    }
}
