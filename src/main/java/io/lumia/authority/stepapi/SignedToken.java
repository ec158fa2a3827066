package io.lumia.authority.stepapi;

import io.lumia.x509.Printable;
import java.io.ByteArrayInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;

/**
 * A JWT (RFC 7519) in compact form; nothing it says counts before {@link #verify}. Verifying costs CPU time: call from a worker.
 *
 * @param jws the signature
 * @param claims what it says
 */
record SignedToken(JsonWebSignature jws, JwtClaims claims, String compact) {
    /** Asymmetric signatures alone: neither none nor HMAC with a public key as secret (RFC 8725, 2.1). */
    private static final AlgorithmConstraints ACCEPTED = new AlgorithmConstraints(
            ConstraintType.PERMIT,
            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
            AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
            AlgorithmIdentifiers.RSA_USING_SHA256,
            AlgorithmIdentifiers.RSA_USING_SHA384,
            AlgorithmIdentifiers.RSA_USING_SHA512,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
            AlgorithmIdentifiers.EDDSA);

    private static final Duration SKEW = Duration.ofMinutes(1);
    /** step makes tokens of at most an hour that begin at most half an hour later. */
    private static final Duration LONGEST = Duration.ofMinutes(90);

    private static final int MOST_CERTIFICATES = 8;

    /** @throws StepRefusal when it is no JWT */
    static SignedToken parse(String compact) {
        try {
            var jws = new JsonWebSignature();
            jws.setAlgorithmConstraints(ACCEPTED);
            jws.setCompactSerialization(compact);
            return new SignedToken(jws, JwtClaims.parse(jws.getUnverifiedPayload()), compact);
        } catch (JoseException | InvalidJwtException | RuntimeException malformed) {
            throw StepRefusal.unauthorized("the token is not a signed JWT in compact form");
        }
    }

    /** @throws StepRefusal unless this key made the signature */
    void verify(PublicKey key) {
        try {
            jws.setKey(key);
            if (jws.verifySignature()) {
                return;
            }
        } catch (JoseException | RuntimeException keyAndAlgorithmDiffer) {
            // told below, as any other signature that does not hold
        }
        throw StepRefusal.unauthorized("the token's signature does not verify with the provisioner's key");
    }

    String header(String name) {
        var value = jws.getHeaders().getObjectHeaderValue(name);
        return value instanceof String text ? text : "";
    }

    String text(String claim) {
        return claims.getClaimValue(claim) instanceof String text ? text : "";
    }

    List<String> audiences() {
        try {
            return claims.hasAudience() ? claims.getAudience() : List.of();
        } catch (MalformedClaimException noText) {
            return List.of();
        }
    }

    /** @throws StepRefusal when the claim is no list of texts */
    List<String> texts(String claim) {
        try {
            return claims.hasClaim(claim) ? claims.getStringListClaimValue(claim) : List.of();
        } catch (MalformedClaimException noList) {
            throw StepRefusal.unauthorized("the token's " + claim + " is not a list of texts");
        }
    }

    /** The id that may be used once: jti, else a digest of the whole. */
    String id() {
        var id = text("jti");
        return id.isEmpty() ? SpentTokens.digest(compact) : id;
    }

    /** When it is of no use any more. @throws StepRefusal when it is not valid at this time */
    Instant checkedExpiry(Instant now) {
        try {
            var expires = instant(claims.getExpirationTime())
                    .orElseThrow(() -> StepRefusal.unauthorized("the token has no expiry (exp)"));
            if (!now.isBefore(expires.plus(SKEW))) {
                throw StepRefusal.unauthorized("the token expired at " + expires + " (exp)");
            }
            if (expires.isAfter(now.plus(LONGEST).plus(SKEW))) {
                throw StepRefusal.unauthorized("the token is valid until " + expires
                        + " (exp); a token may be valid for " + LONGEST.toMinutes() + " minutes at most");
            }
            notLater(instant(claims.getNotBefore()), now, "is not valid before", "nbf");
            notLater(instant(claims.getIssuedAt()), now, "was issued in the future, at", "iat");
            return expires.plus(SKEW);
        } catch (MalformedClaimException noNumber) {
            throw StepRefusal.unauthorized("the token's times (exp, nbf, iat) are not numbers");
        }
    }

    /** Certificates in the header, leaf first; empty when there is no such header. @throws StepRefusal when they are malformed */
    List<X509Certificate> certificates(String header) {
        var value = jws.getHeaders().getObjectHeaderValue(header);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> encoded) || encoded.isEmpty() || encoded.size() > MOST_CERTIFICATES) {
            throw StepRefusal.unauthorized(
                    "the token's " + header + " is not a list of 1 to " + MOST_CERTIFICATES + " certificates");
        }
        try {
            var factory = CertificateFactory.getInstance("X.509");
            var certificates = new ArrayList<X509Certificate>();
            for (Object one : encoded) {
                var der = Base64.getDecoder().decode(String.valueOf(one));
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
            return List.copyOf(certificates);
        } catch (CertificateException | IllegalArgumentException malformed) {
            throw StepRefusal.unauthorized("the token's " + header + " has a malformed certificate");
        }
    }

    /** @throws StepRefusal unless it is issued by one of these */
    void requireIssuer(List<String> accepted) {
        if (!accepted.contains(text("iss"))) {
            throw StepRefusal.unauthorized("the token is issued by " + Printable.quoted(text("iss"))
                    + " (iss); expected " + String.join(" or ", accepted));
        }
    }

    private static void notLater(Optional<Instant> time, Instant now, String what, String claim) {
        if (time.isPresent() && time.get().isAfter(now.plus(SKEW))) {
            throw StepRefusal.unauthorized("the token " + what + " " + time.get() + " (" + claim + ")");
        }
    }

    private static Optional<Instant> instant(@org.jspecify.annotations.Nullable NumericDate date) {
        return Optional.ofNullable(date).map(NumericDate::getValueInMillis).map(Instant::ofEpochMilli);
    }
}
