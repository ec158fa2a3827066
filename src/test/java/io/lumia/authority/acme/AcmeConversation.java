package io.lumia.authority.acme;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeHarness;
import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.x509.CertificateRequest;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.util.io.pem.PemReader;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** A harness with one registered client, and the steps of an order. */
final class AcmeConversation implements AutoCloseable {
    final AcmeHarness harness;
    final RawAcme client;

    AcmeConversation(Path data, Consumer<AcmeSettings> change) {
        harness = new AcmeHarness(data, false, change);
        client = stranger().register();
    }

    /** A client with a key of its own and no account yet. */
    RawAcme stranger() {
        return new RawAcme(harness.base + "/acme/acme", KeyPairs.p256());
    }

    /** An order for DNS names. */
    Reply order(String... names) {
        return orderWith(
                "", Arrays.stream(names).map(name -> identifier("dns", name)).toArray(String[]::new));
    }

    /** @param more members of the request, each with a comma before it */
    Reply orderWith(String more, String... identifiers) {
        return client.post("/new-order", "{\"identifiers\":[" + String.join(",", identifiers) + "]" + more + "}");
    }

    static String identifier(String type, String value) {
        return "{\"type\":\"" + type + "\",\"value\":\"" + value + "\"}";
    }

    JsonNode authorization(Reply order) {
        return client.post(order.body().path("authorizations").get(0).asText(), "")
                .body();
    }

    JsonNode challenge(Reply order, String type) {
        for (JsonNode challenge : authorization(order).path("challenges")) {
            if (challenge.path("type").asText().equals(type)) {
                return challenge;
            }
        }
        throw new AssertionError("no challenge " + type + " in " + authorization(order));
    }

    List<String> challengeTypes(Reply order) {
        return authorization(order).path("challenges").findValuesAsText("type");
    }

    String keyAuthorization(JsonNode challenge) {
        return AccountKey.parse(jwk(client.pair))
                .authorizes(challenge.path("token").asText());
    }

    /** Puts the answer of http-01 up for the order's only authorization and waits for the verdict. */
    String prove(Reply order) {
        var challenge = challenge(order, "http-01");
        harness.answers.put(challenge.path("token").asText(), keyAuthorization(challenge));
        return verdict(order, "http-01");
    }

    /** Says that the answer is there, and waits. */
    String verdict(Reply order, String type) {
        var begun = client.post(challenge(order, type).path("url").asText(), "{}");
        if (begun.status() != 200) {
            throw new AssertionError(begun.raw().body());
        }
        Await.until(harness.vertx, "a verdict", () -> !status(order).equals("pending"));
        return status(order);
    }

    private String status(Reply order) {
        return authorization(order).path("status").asText();
    }

    /** Why the order came to nothing. */
    JsonNode error(Reply order) {
        return client.post(order.header("Location"), "").body().path("error");
    }

    Reply finish(Reply order, KeyPair pair, String... names) {
        return client.post(
                order.body().path("finalize").asText(),
                "{\"csr\":\"" + base64(CertificateRequest.create(pair, names[0], List.of(names))) + "\"}");
    }

    /** The PEM object's DER in base64url. */
    static String base64(String pem) {
        try (var reader = new PemReader(new StringReader(pem))) {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(reader.readPemObject().getContent());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static String jwk(KeyPair pair) {
        try {
            return PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic()).toJson();
        } catch (JoseException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Override
    public void close() {
        harness.close();
    }
}
