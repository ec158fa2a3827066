package io.lumia.authority.stepapi;

import java.security.PublicKey;
import java.util.Map;

/**
 * Whoever knows the provisioner password decrypts its key and signs tokens with it; the authority itself keeps only the public half.
 *
 * @param name issuer of the tokens
 * @param keyId RFC 7638 thumbprint, in the tokens' header
 * @param key verifies tokens: P-256
 * @param jwk the public key as members of a JWK
 * @param encryptedKey the private JWK as compact JWE (RFC 7516), under the password
 */
record JwkProvisioner(String name, String keyId, PublicKey key, Map<String, Object> jwk, String encryptedKey) {
    JwkProvisioner {
        jwk = Map.copyOf(jwk);
    }
}
