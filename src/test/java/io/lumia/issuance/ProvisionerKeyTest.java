package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.crypto.KeyPairs;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jose4j.jwe.ContentEncryptionAlgorithmIdentifiers;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.PbkdfKey;
import org.junit.jupiter.api.Test;

class ProvisionerKeyTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final StepCaTokens TOKENS = new StepCaTokens(URI.create("https://ca:9000/"), NOW);
    private final PublicJsonWebKey key = key();

    @Test
    void signs_tokens_that_name_issuer_audience_subject_and_names() throws Exception {
        var opened = ProvisionerKey.open(encrypted("secret"), "secret");
        var token = TOKENS.jwk("sign", "lumia", opened, "dev-0001", List.of("dev-0001.example"));
        var claims = new JwtConsumerBuilder()
                .setVerificationKey(key.getPublicKey())
                .setExpectedIssuer("lumia")
                .setExpectedAudience("https://ca:9000/1.0/sign")
                .setEvaluationTime(NumericDate.fromSeconds(NOW.getEpochSecond()))
                .setRequireExpirationTime()
                .setRequireNotBefore()
                .setRequireJwtId()
                .build()
                .process(token);
        assertThat(claims.getJoseObjects().get(0).getKeyIdHeaderValue()).isEqualTo("the-key");
        assertThat(claims.getJwtClaims().getSubject()).isEqualTo("dev-0001");
        assertThat(claims.getJwtClaims().getStringListClaimValue("sans")).containsExactly("dev-0001.example");
    }

    @Test
    void each_token_is_good_for_one_request() {
        var opened = ProvisionerKey.open(key.toJson(OutputControlLevel.INCLUDE_PRIVATE), null);
        assertThat(TOKENS.jwk("sign", "lumia", opened, "s", List.of()))
                .isNotEqualTo(TOKENS.jwk("sign", "lumia", opened, "s", List.of()));
        assertThat(opened).hasToString("ProvisionerKey[the-key]");
    }

    @Test
    void a_wrong_password_or_a_public_key_is_told() {
        assertThatThrownBy(() -> ProvisionerKey.open(encrypted("secret"), "other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("password");
        assertThatThrownBy(() -> ProvisionerKey.open(key.toJson(OutputControlLevel.PUBLIC_ONLY), null))
                .hasMessageContaining("public key");
    }

    private static PublicJsonWebKey key() {
        try {
            var pair = KeyPairs.p256();
            var jwk = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
            jwk.setPrivateKey(pair.getPrivate());
            jwk.setKeyId("the-key");
            return jwk;
        } catch (org.jose4j.lang.JoseException broken) {
            throw new AssertionError(broken);
        }
    }

    private String encrypted(String password) throws Exception {
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmHeaderValue(KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW);
        jwe.setEncryptionMethodHeaderParameter(ContentEncryptionAlgorithmIdentifiers.AES_256_GCM);
        jwe.getHeaders().setObjectHeaderValue("p2c", 1000L);
        jwe.setAlgorithmConstraints(org.jose4j.jwa.AlgorithmConstraints.NO_CONSTRAINTS);
        jwe.setKey(new PbkdfKey(password));
        jwe.setPayload(key.toJson(OutputControlLevel.INCLUDE_PRIVATE));
        return jwe.getCompactSerialization();
    }
}
