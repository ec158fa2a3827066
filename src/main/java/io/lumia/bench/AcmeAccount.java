package io.lumia.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bench.CaClient.Reply;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** An ACME client with one account and one connection; asks in the order in which Go's client does. */
final class AcmeAccount implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_POLLS = 500;
    private static final long POLL_MILLIS = 5;

    private final CaClient client;
    private final Outside outside;
    private final JsonNode directory;
    private final PublicJsonWebKey key;
    private final String thumbprint;
    private String nonce;
    private @Nullable String account;

    private AcmeAccount(CaClient client, Outside outside, JsonNode directory, PublicJsonWebKey key)
            throws JoseException {
        this.client = client;
        this.outside = outside;
        this.directory = directory;
        this.key = key;
        thumbprint = key.calculateBase64urlEncodedThumbprint("SHA-256");
        nonce = client.get(address("newNonce")).header("Replay-Nonce").orElseThrow();
    }

    /** Makes an account with a key of its own. */
    static AcmeAccount register(CaClient client, URI directory, Outside outside) {
        try {
            var pair = KeyPairs.p256();
            var key = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
            key.setPrivateKey(pair.getPrivate());
            var made =
                    new AcmeAccount(client, outside, read(client.get(directory).expect("the directory")), key);
            made.account = made.post(made.address("newAccount"), Map.of("termsOfServiceAgreed", true))
                    .header("Location")
                    .orElseThrow();
            return made;
        } catch (JoseException broken) {
            throw new BenchFailed("an account key cannot be made", broken);
        }
    }

    /** From the order to the certificate chain. */
    void obtain(String name) {
        var placed = post(address("newOrder"), Map.of("identifiers", List.of(Map.of("type", "dns", "value", name))));
        var order = read(placed);
        for (JsonNode authorization : order.get("authorizations")) {
            prove(URI.create(authorization.asText()));
        }
        var csr = CertificateRequest.create(KeyPairs.p256(), name, List.of(name));
        var done = read(post(at(order, "finalize"), Map.of("csr", base64url(csr))));
        if (!done.path("status").asText().equals("valid")) {
            done = poll(URI.create(placed.header("Location").orElseThrow()), Set.of("processing"));
        }
        var unused = post(at(done, "certificate"), null);
    }

    private void prove(URI authorization) {
        var challenge = StreamSupport.stream(
                        read(post(authorization, null)).get("challenges").spliterator(), false)
                .filter(offered -> offered.path("type").asText().equals("http-01"))
                .findFirst()
                .orElseThrow();
        var token = challenge.get("token").asText();
        outside.respond(token, token + "." + thumbprint);
        var unused = post(at(challenge, "url"), Map.of());
        var unusedToo = poll(authorization, Set.of("pending"));
        outside.forget(token);
    }

    /** Reads until the status is none of these. @throws BenchFailed when it is not valid then */
    private JsonNode poll(URI resource, Set<String> unfinished) {
        for (int count = 0; count < MOST_POLLS; count++) {
            var seen = read(post(resource, null));
            var status = seen.path("status").asText();
            if (status.equals("valid")) {
                return seen;
            }
            if (!unfinished.contains(status)) {
                throw new BenchFailed(resource + " came to " + seen);
            }
            sleep();
        }
        throw new BenchFailed(resource + " came to nothing");
    }

    /** @param payload null: POST-as-GET */
    private Reply post(URI resource, @Nullable Object payload) {
        var reply = client.post(resource, "application/jose+json", signed(resource, payload));
        nonce = reply.header("Replay-Nonce").orElse(nonce);
        return reply.expect(resource.toString());
    }

    private String signed(URI resource, @Nullable Object payload) {
        var jws = new JsonWebSignature();
        jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
        if (account == null) {
            jws.setJwkHeader(key);
        } else {
            jws.setKeyIdHeaderValue(account);
        }
        jws.setHeader("nonce", nonce);
        jws.setHeader("url", resource.toString());
        jws.setKey(key.getPrivateKey());
        try {
            jws.setPayload(payload == null ? "" : JSON.writeValueAsString(payload));
            var parts = jws.getCompactSerialization().split("\\.", -1);
            return JSON.writeValueAsString(Map.of("protected", parts[0], "payload", parts[1], "signature", parts[2]));
        } catch (JoseException | JsonProcessingException broken) {
            throw new BenchFailed("a request cannot be signed", broken);
        }
    }

    private URI address(String resource) {
        return at(directory, resource);
    }

    private static URI at(JsonNode object, String field) {
        return URI.create(object.get(field).asText());
    }

    private static JsonNode read(Reply reply) {
        try {
            return JSON.readTree(reply.body());
        } catch (JsonProcessingException noJson) {
            throw new BenchFailed("an ACME server answered something that is no JSON", noJson);
        }
    }

    /** The PEM without its armour, as RFC 8555, 7.4, wants it. */
    private static String base64url(String pem) {
        var der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]*-----", ""));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(der);
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new BenchFailed("stopped", stopped);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
