package io.lumia.bench;

import java.security.KeyPair;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** ES256 signatures (RFC 7515) by whichever provider the process has installed. */
final class Jws {
    private Jws() {}

    /** Compact serialization. */
    static String sign(Map<String, Object> header, String payload, java.security.Key key) {
        try {
            var jws = new JsonWebSignature();
            jws.setDoKeyValidation(false);
            jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
            header.forEach(jws.getHeaders()::setObjectHeaderValue);
            jws.setPayload(payload);
            jws.setKey(key);
            return jws.getCompactSerialization();
        } catch (JoseException broken) {
            throw new IllegalStateException("a P-256 key signs", broken);
        }
    }

    /** The public half as ACME's {@code jwk} header. */
    static Map<String, Object> publicKey(KeyPair pair) {
        return new LinkedHashMap<>(jwk(pair).toParams(OutputControlLevel.PUBLIC_ONLY));
    }

    /** RFC 7638. */
    static String thumbprint(KeyPair pair) {
        return jwk(pair).calculateBase64urlEncodedThumbprint("SHA-256");
    }

    private static JsonWebKey jwk(KeyPair pair) {
        try {
            return JsonWebKey.Factory.newJwk(pair.getPublic());
        } catch (JoseException broken) {
            throw new IllegalStateException("a P-256 key has a JWK form", broken);
        }
    }
}
