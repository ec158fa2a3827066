package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1"})
    void takes_the_curves_that_every_peer_knows(String curve) throws Exception {
        assertThat(Keys.unfit(ec(curve))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256k1", "brainpoolP256r1", "secp224r1", "secp521r1"})
    void takes_no_other_curve_whatever_its_size(String curve) throws Exception {
        assertThat(Keys.unfit(ec(curve))).get().asString().contains("use P-256 or P-384");
    }

    @Test
    void takes_no_rsa_key_that_is_short_or_has_an_unusual_exponent() throws Exception {
        assertThat(Keys.unfit(rsa(2048, RSAKeyGenParameterSpec.F4))).isEmpty();
        assertThat(Keys.unfit(rsa(1024, RSAKeyGenParameterSpec.F4)))
                .get()
                .asString()
                .contains("2048");
        assertThat(Keys.unfit(rsa(2048, RSAKeyGenParameterSpec.F0)))
                .get()
                .asString()
                .contains("65537");
        var huge = java.math.BigInteger.ONE.setBit(300);
        assertThat(Keys.unfit(rsa(2048, huge))).get().asString().contains("65537");
    }

    private static PublicKey ec(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair().getPublic();
    }

    private static PublicKey rsa(int bits, java.math.BigInteger exponent) throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA", new BouncyCastleProvider());
        generator.initialize(new RSAKeyGenParameterSpec(bits, exponent));
        return generator.generateKeyPair().getPublic();
    }
}
