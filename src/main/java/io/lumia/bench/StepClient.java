package io.lumia.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bench.CaClient.Identity;
import io.lumia.bench.CaClient.Reply;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.Vertx;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;

/** What the step CLI asks for, on one connection. */
final class StepClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/json";

    private final CaClient client;
    private final Subject subject;

    private StepClient(CaClient client, Subject subject) {
        this.client = client;
        this.subject = subject;
    }

    /** Without a certificate of its own. */
    static StepClient open(Vertx vertx, Subject subject) {
        return new StepClient(CaClient.open(vertx, subject.root(), null, true), subject);
    }

    /** With a certificate that it obtains first. */
    static StepClient enrolled(Vertx vertx, Subject subject, String name, boolean keepAlive) {
        var pair = KeyPairs.p256();
        try (var first = open(vertx, subject)) {
            var reply = first.sign(name, pair);
            var chain = new StringBuilder();
            read(reply).path("certChain").forEach(certificate -> chain.append(certificate.asText()));
            var identity = new Identity(chain.toString(), pair.getPrivate());
            return new StepClient(CaClient.open(vertx, subject.root(), identity, keepAlive), subject);
        }
    }

    void sign(String name) {
        var unused = sign(name, KeyPairs.p256());
    }

    void renew() {
        var unused = read(client.post(subject.path("renew"), TYPE, "").expect("renew"));
    }

    void rekey(String name) {
        var csr = CertificateRequest.create(KeyPairs.p256(), name, List.of(name));
        var unused = read(client.post(subject.path("rekey"), TYPE, text(Map.of("csr", csr)))
                .expect("rekey"));
    }

    private Reply sign(String name, KeyPair pair) {
        var path = subject.path("sign");
        var request = Map.of(
                "csr",
                CertificateRequest.create(pair, name, List.of(name)),
                "ott",
                subject.tokens().token(path, name));
        return client.post(path, TYPE, text(request)).expect("sign");
    }

    private static JsonNode read(Reply reply) {
        try {
            return JSON.readTree(reply.body());
        } catch (JsonProcessingException noJson) {
            throw new BenchFailed("a CA answered something that is no JSON", noJson);
        }
    }

    private static String text(Map<String, String> object) {
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException impossible) {
            throw new BenchFailed("a request cannot be written", impossible);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
