package io.lumia.bench;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;

/** Signs one-time tokens with the key of the JWK provisioner, which it opens with the password as the step CLI does. */
final class TokenSigner {
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    private final String issuer;
    private final String keyId;
    private final PrivateKey key;
    private final String audience;
    private final Clock clock;

    private TokenSigner(String issuer, PublicJsonWebKey key, String audience, Clock clock) {
        this.issuer = issuer;
        this.keyId = key.getKeyId();
        this.key = key.getPrivateKey();
        this.audience = audience;
        this.clock = clock;
    }

    static TokenSigner of(Vertx vertx, Subject subject, Clock clock) throws Refused {
        try (var connection = new ServerConnection(vertx, subject, true, null)) {
            var listed = connection.get(subject.url("/provisioners")).json().getJsonArray("provisioners");
            for (Object entry : listed) {
                var provisioner = (JsonObject) entry;
                if ("JWK".equals(provisioner.getString("type"))) {
                    return new TokenSigner(
                            provisioner.getString("name"),
                            open(provisioner.getString("encryptedKey"), subject.provisionerPassword()),
                            subject.url("/1.0/sign"),
                            clock);
                }
            }
        }
        throw new Refused(subject.name() + " has no JWK provisioner");
    }

    /** A token for one certificate with this name. */
    String token(String name) {
        long now = clock.instant().getEpochSecond();
        var claims = new JsonObject()
                .put("iss", issuer)
                .put("aud", audience)
                .put("sub", name)
                .put("sans", new JsonArray().add(name))
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now)
                .put("nbf", now)
                .put("exp", now + LIFETIME.toSeconds());
        return Jws.sign(Map.of("kid", keyId, "typ", "JWT"), claims.encode(), key);
    }

    private static PublicJsonWebKey open(String encrypted, String password) {
        try {
            var jwe = new JsonWebEncryption();
            jwe.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
            jwe.setCompactSerialization(encrypted);
            jwe.setKey(new PbkdfKey(password));
            return PublicJsonWebKey.Factory.newPublicJwk(jwe.getPayload());
        } catch (JoseException wrong) {
            throw new IllegalStateException("the provisioner key does not open with its password", wrong);
        }
    }
}
