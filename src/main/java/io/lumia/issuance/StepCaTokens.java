package io.lumia.issuance;

import io.lumia.tls.TlsMaterial;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.security.Key;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/**
 * One-time tokens that step-ca takes (JWS, RFC 7515).
 *
 * @param url the CA's address
 */
public record StepCaTokens(URI url, Instant now) {
    private static final Duration LIFETIME = Duration.ofMinutes(5);
    /** For clocks that are behind; step-ca allows a minute. */
    private static final Duration LEEWAY = Duration.ofSeconds(30);

    /**
     * Of a JWK provisioner.
     *
     * @param use {@code sign} or {@code revoke}
     */
    public String jwk(String use, String provisioner, ProvisionerKey key, String subject, List<String> names) {
        var claims = claims(provisioner, audience(use), subject).put("sans", new JsonArray(names));
        return signed(claims, key.key(), "kid", key.id());
    }

    /** Of an X5C provisioner, for which the holder of a certificate vouches. */
    String x5c(String use, String provisioner, TlsMaterial holder, String subject, List<String> names) {
        var claims = claims(provisioner, audience(use) + "#x5c/" + provisioner, subject)
                .put("sans", new JsonArray(names));
        return signed(claims, holder.key(), "x5c", encoded(holder.chain()));
    }

    /** By which a certificate is renewed without mTLS, also an expired one where the provisioner allows it. */
    String renewal(TlsMaterial current, String commonName) {
        return signed(
                claims("step-ca-client/1.0", audience("renew"), commonName),
                current.key(),
                "x5cInsecure",
                encoded(current.chain()));
    }

    private String audience(String use) {
        var base = url.toString();
        return (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/1.0/" + use;
    }

    private JsonObject claims(String issuer, String audience, String subject) {
        return new JsonObject()
                .put("iss", issuer)
                .put("aud", audience)
                .put("sub", subject)
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now.getEpochSecond())
                .put("nbf", now.minus(LEEWAY).getEpochSecond())
                .put("exp", now.plus(LIFETIME).getEpochSecond());
    }

    private static String signed(JsonObject claims, Key key, String header, Object value) {
        try {
            var jws = new JsonWebSignature();
            // the key is ours; which algorithms the CA takes is for it to say
            jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
            jws.setAlgorithmHeaderValue(ProvisionerKey.algorithm(key));
            jws.getHeaders().setObjectHeaderValue("typ", "JWT");
            jws.getHeaders().setObjectHeaderValue(header, value);
            jws.setPayload(claims.encode());
            jws.setKey(key);
            return jws.getCompactSerialization();
        } catch (JoseException broken) {
            throw new IllegalStateException("cannot sign a token with this key", broken);
        }
    }

    /** RFC 7515, 4.1.6: base64, not base64url. */
    private static List<String> encoded(List<X509Certificate> chain) {
        return chain.stream().map(StepCaTokens::encoded).toList();
    }

    private static String encoded(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateEncodingException unreadable) {
            throw new IllegalArgumentException("certificate cannot be encoded", unreadable);
        }
    }
}
