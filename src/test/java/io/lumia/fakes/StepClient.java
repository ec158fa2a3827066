package io.lumia.fakes;

import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** Speaks the step API by hand, so that it can do what the step CLI would not. */
public final class StepClient {
    private final LoopbackAuthority authority;
    private final Path data;

    /** @param data of the authority, where the provisioner password is */
    public StepClient(LoopbackAuthority authority, Path data) {
        this.authority = authority;
        this.data = data;
    }

    public record Reply(int status, JsonObject json) {
        public String message() {
            return json.getString("message", "");
        }

        public X509Certificate certificate() {
            return Pem.certificates(json.getString("crt")).get(0);
        }
    }

    /** Key and certificates, leaf first. */
    public record Holder(PrivateKey key, List<X509Certificate> chain) {
        public X509Certificate leaf() {
            return chain.get(0);
        }
    }

    /** The key of the JWK provisioner, opened with the password as step does. */
    public PublicJsonWebKey provisionerKey() throws Exception {
        return provisionerKey("jwk");
    }

    /** That of the JWK provisioner with this name. */
    public PublicJsonWebKey provisionerKey(String name) throws Exception {
        var listed = get("/provisioners").json().getJsonArray("provisioners").stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        jwe.setCompactSerialization(listed.getString("encryptedKey"));
        jwe.setKey(new PbkdfKey(
                Files.readString(data.resolve("ca/provisioner-password")).strip()));
        return PublicJsonWebKey.Factory.newPublicJwk(jwe.getPayload());
    }

    /** Claims of a good token for this use. */
    public JsonObject claims(String use, String subject, String... names) {
        long now = Instant.now().getEpochSecond();
        return new JsonObject()
                .put("iss", "jwk")
                .put("aud", authority.url() + "/1.0/" + use)
                .put("sub", subject)
                .put("sans", new JsonArray(Arrays.asList(names)))
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now)
                .put("nbf", now)
                .put("exp", now + 300);
    }

    public String token(JsonObject claims) throws Exception {
        var key = provisionerKey();
        return token(claims, Map.of("kid", key.getKeyId()), "ES256", key.getPrivateKey());
    }

    public static String token(
            JsonObject claims, Map<String, Object> header, String algorithm, java.security.@Nullable Key key)
            throws JoseException {
        var jws = new JsonWebSignature();
        jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        jws.setDoKeyValidation(false);
        jws.setAlgorithmHeaderValue(algorithm);
        header.forEach((name, value) -> jws.getHeaders().setObjectHeaderValue(name, value));
        jws.setPayload(claims.encode());
        jws.setKey(key);
        return jws.getCompactSerialization();
    }

    /** A token signed with the holder's key, carrying its certificates in this header. */
    public static String token(JsonObject claims, String header, Holder holder) throws Exception {
        var chain = holder.chain().stream().map(StepClient::base64).toList();
        return token(claims, Map.of(header, chain), "ES256", holder.key());
    }

    public Holder certificate(KeyPair pair, String name, JsonObject more) throws Exception {
        var reply = sign(token(claims("sign", name, name)), pair, name, List.of(name), more);
        return holder(pair, reply);
    }

    public static Holder holder(KeyPair pair, Reply reply) {
        if (reply.status() != 201) {
            throw new AssertionError("refused: " + reply);
        }
        var chain = reply.json().getJsonArray("certChain");
        var pem = new StringBuilder();
        chain.forEach(pem::append);
        return new Holder(pair.getPrivate(), Pem.certificates(pem.toString()));
    }

    public Reply sign(String token, KeyPair pair, String commonName, List<String> names, JsonObject more) {
        var body = new JsonObject()
                .put("csr", CertificateRequest.create(pair, commonName, names))
                .put("ott", token)
                .mergeIn(more);
        return post("/1.0/sign", body, null, "");
    }

    public Reply get(String path) {
        return send(HttpMethod.GET, path, Buffer.buffer(), null, "");
    }

    public Reply post(String path, JsonObject body, @Nullable Holder holder, String bearer) {
        return send(HttpMethod.POST, path, body.toBuffer(), holder, bearer);
    }

    public Reply send(HttpMethod method, String path, Buffer body, @Nullable Holder holder, String bearer) {
        var options = new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false);
        if (holder != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(Pem.of(holder.chain())))
                    .addKeyValue(Buffer.buffer(Pem.of(holder.key()))));
        }
        var client = authority.vertx.createHttpClient(options);
        try {
            var request = new RequestOptions()
                    .setMethod(method)
                    .setHost("127.0.0.1")
                    .setPort(URI.create(authority.url()).getPort())
                    .setURI(path);
            if (!bearer.isEmpty()) {
                request.putHeader("Authorization", "Bearer " + bearer);
            }
            // in one turn of the event loop: an answer that came before its reader was attached would be lost
            return Await.result(client.request(request)
                    .compose(ready -> ready.send(body)
                            .compose(response ->
                                    response.body().map(read -> new Reply(response.statusCode(), json(read))))));
        } finally {
            client.close().await();
        }
    }

    private static JsonObject json(Buffer read) {
        return read.length() == 0 ? new JsonObject() : new JsonObject(read.toString(StandardCharsets.UTF_8));
    }

    private static String base64(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateEncodingException broken) {
            throw new AssertionError(broken);
        }
    }
}
