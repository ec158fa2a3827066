package io.lumia.authority.stepapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.StepClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignTest {
    private static final String NAME = "svc.example.test";
    private static final JsonObject NOTHING_MORE = new JsonObject();

    private final KeyPair pair = KeyPairs.p256();

    @TempDir
    Path data;

    private LoopbackAuthority authority;
    private StepClient client;

    @BeforeEach
    void start() throws Exception {
        authority = new LoopbackAuthority(data);
        client = new StepClient(authority, data);
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void lists_provisioners_in_pages_and_hands_out_the_encrypted_key() throws Exception {
        var first = client.get("/provisioners?limit=2").json();
        assertThat(first.getJsonArray("provisioners")).hasSize(2);
        var second = client.get("/1.0/provisioners?cursor=" + first.getString("nextCursor"))
                .json();
        assertThat(second.getJsonArray("provisioners")).hasSize(2);
        assertThat(second.getString("nextCursor")).isEmpty();
        assertThat(client.get("/provisioners?limit=many").status()).isEqualTo(400);

        var jwk = first.getJsonArray("provisioners").getJsonObject(0);
        var keyId = jwk.getJsonObject("key").getString("kid");
        assertThat(jwk.getJsonObject("key").containsKey("d")).isFalse();
        assertThat(client.get("/provisioners/" + keyId + "/encrypted-key").json())
                .isEqualTo(new JsonObject().put("key", jwk.getString("encryptedKey")));
        assertThat(client.get("/provisioners/unknown/encrypted-key").status()).isEqualTo(404);
        assertThat(client.provisionerKey().getPrivateKey()).isNotNull();
        for (String file : List.of("ca/provisioner-password", "ca/provisioner.json")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://localhost:1/1.0/sign", "https://127.0.0.1/sign", "https://LOCALHOST:9000/sign"})
    void takes_both_forms_of_the_audience(String audience) throws Exception {
        var claims = client.claims("sign", NAME, NAME).put("aud", audience);
        assertThat(sign(client.token(claims)).status()).isEqualTo(201);
    }

    @Test
    void keeps_to_the_times_asked_for() throws Exception {
        var begin = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(60);
        var leaf = client.certificate(
                        pair,
                        NAME,
                        new JsonObject().put("notBefore", begin.toString()).put("notAfter", "2h30m"))
                .leaf();
        assertThat(leaf.getNotBefore().toInstant()).isEqualTo(begin);
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(begin.plus(Duration.ofMinutes(150)));

        for (var bad : List.of(
                Map.of("notAfter", "100000h"),
                Map.of("notAfter", "-1h"),
                Map.of("notBefore", "-2h", "notAfter", "3h"),
                Map.of("notAfter", "1s"))) {
            var reply = sign(client.token(client.claims("sign", NAME, NAME)), new JsonObject(Map.copyOf(bad)));
            assertThat(reply.status()).as("%s", bad).isEqualTo(403);
        }
        assertThat(sign(client.token(client.claims("sign", NAME, NAME)), new JsonObject().put("notAfter", "soon"))
                        .status())
                .isEqualTo(400);
    }

    static Stream<Arguments> wrongClaims() {
        long now = Instant.now().getEpochSecond();
        return Stream.of(
                wrong("(aud)", claims -> claims.put("aud", "https://other.example.test/1.0/sign")),
                wrong("(aud)", claims -> claims.put("aud", "https://localhost/1.0/revoke")),
                wrong("(aud)", claims -> claims.put("aud", "http://localhost/1.0/sign")),
                wrong("(aud)", claims -> claims.put("aud", "https://localhost/1.0/sign#x5c/x5c")),
                wrong("(aud)", claims -> claims.remove("aud")),
                wrong("(iss)", claims -> claims.put("iss", "x5c")),
                wrong("(sub)", claims -> claims.put("sub", "")),
                wrong("(sha)", claims -> claims.put("sha", "0".repeat(64))),
                wrong("expired", claims -> claims.put("exp", now - 120)),
                wrong("(exp)", claims -> claims.remove("exp")),
                wrong("(exp)", claims -> claims.put("exp", now + 86_400)),
                wrong("(exp, nbf, iat)", claims -> claims.put("exp", "tomorrow")),
                wrong("(nbf)", claims -> claims.put("nbf", Instant.now().getEpochSecond() + 120)),
                wrong("(iat)", claims -> claims.put("iat", Instant.now().getEpochSecond() + 120)),
                wrong("cnf", claims -> claims.put("cnf", "anything")),
                wrong("sans", claims -> claims.put("sans", new JsonArray().add(1))));
    }

    private static Arguments wrong(String told, Consumer<JsonObject> change) {
        return Arguments.of(told, change);
    }

    @ParameterizedTest
    @MethodSource("wrongClaims")
    void refuses_tokens_with_wrong_claims(String told, Consumer<JsonObject> change) throws Exception {
        var claims = client.claims("sign", NAME, NAME);
        change.accept(claims);
        var reply = sign(client.token(claims));
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.message()).contains(told);
    }

    @Test
    void refuses_tokens_that_the_provisioner_key_did_not_sign() throws Exception {
        var key = client.provisionerKey();
        var claims = client.claims("sign", NAME, NAME);
        var header = Map.<String, Object>of("kid", key.getKeyId());
        var publicKeyAsSecret = new HmacKey(key.getPublicKey().getEncoded());
        var good = client.token(claims);
        var parts = good.split("\\.");
        var forged = List.of(
                StepClient.token(claims, header, "ES256", KeyPairs.p256().getPrivate()),
                StepClient.token(claims, Map.of("kid", "other"), "ES256", key.getPrivateKey()),
                StepClient.token(claims, header, "none", null),
                StepClient.token(claims, header, "HS256", publicKeyAsSecret),
                parts[0] + "." + parts[1] + ".",
                parts[0] + "." + changed(claims) + "." + parts[2],
                "nonsense");
        for (String token : forged) {
            assertThat(sign(token).status()).as(token).isEqualTo(401);
        }
        assertThat(sign(good).status()).isEqualTo(201);
    }

    @Test
    void takes_a_token_once_even_after_a_restart() throws Exception {
        var token = client.token(client.claims("sign", NAME, NAME));
        assertThat(sign(token).status()).isEqualTo(201);
        assertThat(sign(token).message()).contains("used before");
        authority.close();
        authority = new LoopbackAuthority(data);
        client = new StepClient(authority, data);
        assertThat(sign(token).message()).contains("used before");
    }

    @Test
    void refuses_csrs_for_other_names() throws Exception {
        var wrong = List.of(
                List.of(NAME, "more.example.test"), List.of("other.example.test"), List.of("127.0.0.1"), List.of(""));
        for (List<String> names : wrong.subList(0, 3)) {
            var reply = client.sign(client.token(client.claims("sign", NAME, NAME)), pair, NAME, names, NOTHING_MORE);
            assertThat(reply.status()).as("%s", names).isEqualTo(403);
        }
        var fewer = client.token(client.claims("sign", NAME, NAME, "second.example.test"));
        assertThat(client.sign(fewer, pair, NAME, List.of(NAME), NOTHING_MORE).status())
                .isEqualTo(403);
        var otherCommonName = client.token(client.claims("sign", NAME, NAME));
        assertThat(client.sign(otherCommonName, pair, "other.example.test", List.of(NAME), NOTHING_MORE)
                        .status())
                .isEqualTo(403);
        var bound = client.claims("sign", NAME, NAME).put("cnf", new JsonObject().put("x5rt#S256", "A".repeat(43)));
        assertThat(sign(client.token(bound)).message()).contains("another CSR");
        var device = "dev-0001.devices.lumia.internal";
        assertThat(client.sign(
                                client.token(client.claims("sign", device, device)),
                                pair,
                                device,
                                List.of(device),
                                NOTHING_MORE)
                        .message())
                .contains("fleet's domain");
    }

    @Test
    void takes_the_names_of_the_token_when_the_csr_has_none() throws Exception {
        var token = client.token(client.claims("sign", NAME, NAME, "127.0.0.9"));
        var reply = client.sign(token, pair, NAME, List.of(), NOTHING_MORE);
        assertThat(reply.certificate().getSubjectAlternativeNames().toString()).contains(NAME, "127.0.0.9");
    }

    @Test
    void refuses_malformed_and_oversize_bodies() {
        for (String path : List.of("/sign", "/1.0/rekey", "/revoke")) {
            for (String body : List.of("", "[]", "{", "{\"csr\": 7, \"serial\": [] }")) {
                assertThat(client.send(HttpMethod.POST, path, Buffer.buffer(body), null, "")
                                .status())
                        .as("%s %s", path, body)
                        .isEqualTo(400);
            }
            var huge = Buffer.buffer(new byte[10_000_000]);
            assertThat(client.send(HttpMethod.POST, path, huge, null, "").status())
                    .isEqualTo(413);
        }
    }

    private StepClient.Reply sign(String token) {
        return sign(token, NOTHING_MORE);
    }

    private StepClient.Reply sign(String token, JsonObject more) {
        return client.sign(token, pair, NAME, List.of(NAME), more);
    }

    private static String changed(JsonObject claims) {
        var text = claims.copy().put("sub", "other.example.test").encode();
        return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
