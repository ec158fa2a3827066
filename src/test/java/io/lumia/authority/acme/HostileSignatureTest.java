package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeHarness;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileSignatureTest {
    private static final String JOSE = "application/jose+json";

    @TempDir
    Path data;

    private AcmeHarness harness;
    private RawAcme client;

    @BeforeEach
    void start() {
        harness = new AcmeHarness(data, false);
        client = new RawAcme(harness.base + "/acme/acme", KeyPairs.p256()).register();
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    @Test
    void refuses_several_signatures_and_unprotected_headers() {
        var good = signed(client.header(client.account).kid());
        var several = good.replaceFirst("}$", ",\"signatures\":[{\"protected\":\"e30\",\"signature\":\"AA\"}]}");
        assertMalformed(client.postRaw(client.account, several, JOSE), "several signatures");
        var unprotected = good.replaceFirst("}$", ",\"header\":{\"kid\":\"" + client.account + "\"}}");
        assertMalformed(client.postRaw(client.account, unprotected, JOSE), "unprotected header");
        var twice = good.replaceFirst("}$", ",\"payload\":\"e30\"}");
        assertMalformed(client.postRaw(client.account, twice, JOSE), "not a JSON object");
        assertThat(client.postRaw(client.account, good, JOSE).status())
                .as("the same without them")
                .isEqualTo(200);
    }

    @Test
    void refuses_headers_that_change_what_is_signed() {
        assertMalformed(posted(client.header(client.account).kid().with("crit", List.of("exp"))), "extensions");
        assertMalformed(posted(client.header(client.account).kid().with("b64", false)), "extensions");
        assertMalformed(posted(client.header(client.account).kid().jwk()), "exactly one of");
    }

    @Test
    void refuses_an_account_of_another_provisioner() {
        var cloud = new RawAcme(harness.base + "/acme/acme-cloud", client.pair).register();
        assertThat(cloud.account).contains("/acme-cloud/");
        var reply = client.post("/new-order", client.header("/new-order").with("kid", cloud.account), "{}");
        assertThat(reply.type()).isEqualTo("accountDoesNotExist");
        var disguised = cloud.account.replace("/acme-cloud/", "/acme/");
        assertThat(client.post("/new-order", client.header("/new-order").with("kid", disguised), "{}")
                        .type())
                .isEqualTo("accountDoesNotExist");
    }

    @Test
    void refuses_signatures_of_nothing_but_zeros_or_multiples_of_the_order() throws Exception {
        var p384 = ec("secp384r1");
        for (KeyPair pair : List.of(client.pair, p384)) {
            var order = ((ECPublicKey) pair.getPublic()).getParams().getOrder();
            int half = (order.bitLength() + 7) / 8;
            var algorithm = half == 32 ? "ES256" : "ES384";
            for (byte[] forged : List.of(new byte[2 * half], twice(order, half), twice(BigInteger.ONE, half))) {
                var other = new RawAcme(harness.base + "/acme/acme", pair);
                var header = other.header("/new-account").jwk().with("alg", algorithm);
                var good = other.signed(header, "{}", pair.getPrivate());
                var signature = Base64.getUrlEncoder().withoutPadding().encodeToString(forged);
                var body = good.replaceFirst("\"signature\":\"[^\"]*\"", "\"signature\":\"" + signature + "\"");
                assertMalformed(other.postRaw("/new-account", body, JOSE), "does not verify");
            }
        }
        var empty = signed(client.header(client.account).kid())
                .replaceFirst("\"signature\":\"[^\"]*\"", "\"signature\":\"\"");
        assertMalformed(client.postRaw(client.account, empty, JOSE), "does not verify");
    }

    @Test
    void refuses_an_algorithm_that_is_not_that_of_the_key() throws Exception {
        var p384 = new RawAcme(harness.base + "/acme/acme", ec("secp384r1"));
        for (String algorithm : List.of("ES256", "RS256", "EdDSA")) {
            var header = p384.header("/new-account").jwk().with("alg", "ES384");
            var good = p384.signed(header, "{}", p384.pair.getPrivate());
            var lying = RawAcme.base64(new String(
                            Base64.getUrlDecoder().decode(good.split("\"")[3]), java.nio.charset.StandardCharsets.UTF_8)
                    .replace("ES384", algorithm));
            assertMalformed(p384.postRaw("/new-account", good.replace(good.split("\"")[3], lying), JOSE), "verify");
        }
        var good = p384.header("/new-account").jwk().with("alg", "ES384");
        assertThat(p384.post("/new-account", good, "{}").status()).isEqualTo(201);
    }

    @Test
    void refuses_keys_with_their_private_part_shared_secrets_and_points_off_the_curve() throws Exception {
        var stranger = new RawAcme(harness.base + "/acme/acme", KeyPairs.p256());
        var key = PublicJsonWebKey.Factory.newPublicJwk(stranger.pair.getPublic());
        key.setPrivateKey(stranger.pair.getPrivate());
        assertBadKey(stranger, key.toParams(OutputControlLevel.INCLUDE_PRIVATE), "disclosed");
        assertBadKey(stranger, Map.of("kty", "oct", "k", "c2VjcmV0"), "shared secret");
        var off = new HashMap<>(key.toParams(OutputControlLevel.PUBLIC_ONLY));
        off.put("y", off.get("x"));
        assertBadKey(stranger, off, "");
    }

    @Test
    void refuses_oversize_rsa_keys_before_it_verifies_with_them() throws Exception {
        var own = KeyPairGenerator.getInstance("RSA");
        own.initialize(2048);
        var pair = own.generateKeyPair();
        var exponent = BigInteger.valueOf(65_537);
        var modulus = BigInteger.ONE.shiftLeft(16_383).setBit(0);
        for (var spec : List.of(
                new RSAPublicKeySpec(modulus, exponent),
                new RSAPublicKeySpec(BigInteger.ONE.shiftLeft(2047).setBit(0), BigInteger.valueOf(3)),
                new RSAPublicKeySpec(
                        BigInteger.ONE.shiftLeft(4095).setBit(0),
                        BigInteger.ONE.shiftLeft(4000).setBit(0)))) {
            var key = KeyFactory.getInstance("RSA").generatePublic(spec);
            var big = new RawAcme(harness.base + "/acme/acme", new KeyPair(key, pair.getPrivate()));
            var reply =
                    big.post("/new-account", big.header("/new-account").jwk().with("alg", "RS256"), "{}");
            assertThat(reply.type()).isEqualTo("badPublicKey");
            assertThat(reply.body().path("detail").asText()).contains("RSA key");
        }
    }

    private Reply posted(RawAcme.Header header) {
        return client.postRaw(client.account, signed(header), JOSE);
    }

    private String signed(RawAcme.Header header) {
        var algorithm = header.fields.remove("crit");
        var unencoded = header.fields.remove("b64");
        var good = client.signed(header, "", client.pair.getPrivate());
        if (algorithm == null && unencoded == null) {
            return good;
        }
        var fields =
                new String(Base64.getUrlDecoder().decode(good.split("\"")[3]), java.nio.charset.StandardCharsets.UTF_8);
        var more = algorithm == null ? ",\"b64\":false}" : ",\"crit\":[\"exp\"]}";
        return good.replace(good.split("\"")[3], RawAcme.base64(fields.replaceFirst("}$", more)));
    }

    private static void assertBadKey(RawAcme stranger, Map<String, Object> jwk, String detail) {
        var header = stranger.header("/new-account").with("jwk", jwk);
        var reply = stranger.post("/new-account", header, "{}");
        assertThat(reply.type()).isEqualTo("badPublicKey");
        assertThat(reply.body().path("detail").asText()).contains(detail);
    }

    private static void assertMalformed(Reply reply, String detail) {
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.type()).isEqualTo("malformed");
        assertThat(reply.body().path("detail").asText()).contains(detail);
    }

    private static byte[] twice(BigInteger value, int half) {
        var number = value.toByteArray();
        var signature = new byte[2 * half];
        int from = Math.max(0, number.length - half);
        var part = Arrays.copyOfRange(number, from, number.length);
        System.arraycopy(part, 0, signature, half - part.length, part.length);
        System.arraycopy(part, 0, signature, 2 * half - part.length, part.length);
        return signature;
    }

    private static KeyPair ec(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }
}
