package io.lumia.authority.acme;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.authority.acme.Problem.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/**
 * The proof in a request for a new account that an operator knows its owner: a JWS inside the JWS, made with a shared key over the account's
 * public key (RFC 8555, 7.3.4). Taken apart, not verified yet.
 *
 * @param keyId of the shared key
 * @param compact the JWS in compact serialization
 */
record ExternalBinding(String keyId, String compact) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> ALGORITHMS = List.of("HS256", "HS384", "HS512");
    private static final AlgorithmConstraints MACS =
            new AlgorithmConstraints(ConstraintType.PERMIT, ALGORITHMS.toArray(String[]::new));

    /**
     * @param url of the request around it
     * @throws AcmeRefusal when it is none, or for another key than that of the request
     */
    static ExternalBinding parse(JsonNode binding, String url, AccountKey account) {
        var encodedHeader = text(binding, "protected");
        var encodedPayload = text(binding, "payload");
        var header = object(encodedHeader);
        if (!ALGORITHMS.contains(text(header, "alg"))) {
            throw new AcmeRefusal(Problem.of(
                            Kind.BAD_SIGNATURE_ALGORITHM,
                            "'externalAccountBinding' needs a MAC; use one of " + String.join(", ", ALGORITHMS))
                    .accepting(ALGORITHMS));
        }
        if (header.has("nonce") || !text(header, "url").equals(url)) {
            throw AcmeRefusal.malformed(
                    "the header of 'externalAccountBinding' must have the 'url' of the request and no 'nonce'");
        }
        if (!AccountKey.parse(object(encodedPayload).toString()).thumbprint().equals(account.thumbprint())) {
            throw AcmeRefusal.malformed("'externalAccountBinding' is for another key than that of the request");
        }
        return new ExternalBinding(
                text(header, "kid"), encodedHeader + "." + encodedPayload + "." + text(binding, "signature"));
    }

    /** @throws AcmeRefusal unless it was made with this key, base64url */
    void verify(String hmacKey) {
        var mac = new JsonWebSignature();
        mac.setAlgorithmConstraints(MACS);
        // The key has 256 bits, whichever hash the client likes.
        mac.setDoKeyValidation(false);
        try {
            mac.setCompactSerialization(compact);
            mac.setKey(new HmacKey(Base64.getUrlDecoder().decode(hmacKey)));
            if (mac.verifySignature()) {
                return;
            }
        } catch (JoseException malformed) {
            // told below, as any other MAC that does not hold
        }
        throw new AcmeRefusal(Kind.UNAUTHORIZED, "the MAC of 'externalAccountBinding' does not verify with its key");
    }

    private static JsonNode object(String base64url) {
        try {
            var node = JSON.readTree(new String(Base64.getUrlDecoder().decode(base64url), StandardCharsets.UTF_8));
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException | IllegalArgumentException unreadable) {
            // told below
        }
        throw AcmeRefusal.malformed("'externalAccountBinding' is no flattened JWS of JSON objects");
    }

    private static String text(JsonNode node, String field) {
        var value = node.get(field);
        if (value == null || !value.isTextual()) {
            throw AcmeRefusal.malformed("'" + field + "' in 'externalAccountBinding' is missing or not a string");
        }
        return value.textValue();
    }
}
