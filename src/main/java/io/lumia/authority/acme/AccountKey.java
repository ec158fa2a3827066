package io.lumia.authority.acme;

import io.lumia.x509.Fingerprint;
import io.lumia.x509.Keys;
import java.security.PublicKey;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwa.AlgorithmFactoryFactory;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * The public key of an account. Parsing and verifying cost CPU time: call them from a worker.
 *
 * @param json as JWK, public part only
 * @param thumbprint RFC 7638, SHA-256, base64url
 */
record AccountKey(PublicKey key, String json, String thumbprint) {
    private static final ProviderContext PLATFORM = new ProviderContext();

    /** @throws AcmeRefusal when it is malformed, holds a private key or is too weak */
    static AccountKey parse(String jwk) {
        try {
            if (!(JsonWebKey.Factory.newJwk(jwk) instanceof PublicJsonWebKey parsed)) {
                throw new AcmeRefusal(
                        Problem.Kind.BAD_PUBLIC_KEY, "the account key is a shared secret; use a public key");
            }
            if (parsed.getPrivateKey() != null) {
                throw new AcmeRefusal(
                        Problem.Kind.BAD_PUBLIC_KEY,
                        "the request holds a private key: consider it disclosed, use another one");
            }
            var weakness = Keys.unfit(parsed.getPublicKey());
            if (weakness.isPresent()) {
                throw new AcmeRefusal(Problem.Kind.BAD_PUBLIC_KEY, "account key: " + weakness.get());
            }
            return new AccountKey(
                    parsed.getPublicKey(),
                    parsed.toJson(OutputControlLevel.PUBLIC_ONLY),
                    parsed.calculateBase64urlEncodedThumbprint("SHA-256"));
        } catch (JoseException | IllegalArgumentException unreadable) {
            throw new AcmeRefusal(Problem.Kind.BAD_PUBLIC_KEY, "the account key is not a JWK of type EC, RSA or OKP");
        }
    }

    /** @throws AcmeRefusal unless this key made the signature */
    void verify(SignedRequest request) {
        verify(key, request);
    }

    /** @throws AcmeRefusal unless the key made the signature */
    static void verify(PublicKey key, SignedRequest request) {
        try {
            var algorithm = AlgorithmFactoryFactory.getInstance()
                    .getJwsAlgorithmFactory()
                    .getAlgorithm(request.algorithm());
            algorithm.validateVerificationKey(key);
            if (algorithm.verifySignature(request.signature(), key, request.signingInput(), PLATFORM)) {
                return;
            }
        } catch (JoseException | RuntimeException keyAndAlgorithmDiffer) {
            // told below, as any other signature that does not hold
        }
        throw AcmeRefusal.malformed("the JWS signature does not verify with the key of this request");
    }

    /** By which the fleet knows the key. */
    Fingerprint fingerprint() {
        return Fingerprint.of(key);
    }

    /** RFC 8555, 8.1. */
    String authorizes(String token) {
        return token + "." + thumbprint;
    }
}
