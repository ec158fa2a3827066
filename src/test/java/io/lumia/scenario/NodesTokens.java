package io.lumia.scenario;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.StepClient;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.PbkdfKey;

/** One-time tokens, each shown to all nodes at once. */
final class NodesTokens {
    private final NodesLab lab;
    private final NodesChecks checks;
    private final NodesLedger ledger;
    private final KeyPair pair = KeyPairs.p256();
    private PublicJsonWebKey key;

    NodesTokens(NodesLab lab, NodesChecks checks, NodesLedger ledger) {
        this.lab = lab;
        this.checks = checks;
        this.ledger = ledger;
    }

    void use() throws Exception {
        TimeUnit.SECONDS.sleep(1);
        var token = token();
        var body = new JsonObject()
                .put("csr", CertificateRequest.create(pair, "soak.example", List.of("soak.example")))
                .put("ott", token)
                .encode();
        int accepted = checks.accepted(
                node -> HttpRequest.newBuilder(URI.create(lab.direct(node) + "/1.0/sign"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)),
                answer -> {
                    if (answer.statusCode() == 201) {
                        ledger.received.add(NodesClient.serial(new JsonObject(answer.body()).getString("crt")));
                    }
                    return answer.statusCode() == 201;
                });
        ledger.tokens.addAndGet(accepted);
        if (accepted > 1) {
            ledger.violated("one token was taken by " + accepted + " nodes");
        }
    }

    private String token() throws Exception {
        if (key == null) {
            key = provisionerKey();
        }
        long now = Instant.now().getEpochSecond();
        var claims = new JsonObject()
                .put("iss", "jwk")
                .put("aud", lab.url() + "/1.0/sign")
                .put("sub", "soak.example")
                .put("sans", new JsonArray().add("soak.example"))
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now)
                .put("nbf", now)
                .put("exp", now + 300);
        return StepClient.token(claims, Map.of("kid", key.getKeyId()), "ES256", key.getPrivateKey());
    }

    private PublicJsonWebKey provisionerKey() throws Exception {
        int node = ThreadLocalRandom.current().nextInt(1, lab.nodes() + 1);
        var listed = checks.http()
                .send(
                        HttpRequest.newBuilder(URI.create(lab.direct(node) + "/provisioners"))
                                .timeout(Duration.ofSeconds(8))
                                .build(),
                        BodyHandlers.ofString());
        var jwk = new JsonObject(listed.body())
                .getJsonArray("provisioners").stream()
                        .map(JsonObject.class::cast)
                        .filter(each -> each.getString("name").equals("jwk"))
                        .findFirst()
                        .orElseThrow();
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        jwe.setCompactSerialization(jwk.getString("encryptedKey"));
        jwe.setKey(new PbkdfKey(
                Files.readString(lab.ca().resolve("provisioner-password")).strip()));
        return PublicJsonWebKey.Factory.newPublicJwk(jwe.getPayload());
    }
}
