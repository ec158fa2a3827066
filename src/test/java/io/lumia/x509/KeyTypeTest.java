package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.EncryptedKeys;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeyTypeTest {
    static {
        CryptoProviders.install();
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void a_key_of_each_kind_is_made_kept_and_found_again(KeyType type) throws Exception {
        var pair = KeyPairs.of(type);
        assertThat(KeyType.of(pair.getPublic())).contains(type);
        assertThat(type.admits(pair.getPublic())).isTrue();

        var kept = EncryptedKeys.decrypt(EncryptedKeys.encrypt(pair.getPrivate(), "secret"), "secret");
        assertThat(Keys.pair(kept).getPublic().getEncoded())
                .isEqualTo(pair.getPublic().getEncoded());
        // The octets that were wiped were a copy.
        assertThat(Keys.match(pair.getPrivate(), pair.getPublic())).isTrue();
        assertThat(Keys.match(kept, pair.getPublic())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "p256, 1.2.840.10045.4.3.2",
        "p384, 1.2.840.10045.4.3.3",
        "rsa-2048, 1.2.840.113549.1.1.11",
        "ed25519, 1.3.101.112"
    })
    void a_signer_of_several_threads_signs_with_the_algorithm_of_its_key(String label, String algorithm)
            throws Exception {
        var pair = KeyPairs.of(
                KeyType.valueOf(label.toUpperCase(java.util.Locale.ROOT).replace('-', '_')));
        var signer = new KeySigner(pair);
        assertThat(signer.algorithm().getAlgorithm().getId()).isEqualTo(algorithm);
        var threads = Executors.newFixedThreadPool(4);
        try {
            var signing = IntStream.range(0, 200)
                    .<Callable<Boolean>>mapToObj(number -> () -> verifies(signer, new byte[] {1, (byte) number}))
                    .toList();
            for (var signed : threads.invokeAll(signing)) {
                assertThat(signed.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_longer_rsa_key_is_admitted_a_shorter_or_other_one_is_not() {
        var rsa = KeyPairs.of(KeyType.RSA_3072).getPublic();
        assertThat(KeyType.RSA_2048.admits(rsa)).isTrue();
        assertThat(KeyType.RSA_4096.admits(rsa)).isFalse();
        assertThat(KeyType.P256.admits(rsa)).isFalse();
        assertThat(KeyType.P256.admits(KeyPairs.of(KeyType.P384).getPublic())).isFalse();
    }

    @Test
    void an_ed25519_key_is_known_whichever_provider_holds_it_and_ed448_is_not_taken() throws Exception {
        var foreign = KeyPairGenerator.getInstance("Ed25519", BouncyCastleProvider.PROVIDER_NAME)
                .generateKeyPair();
        assertThat(KeyType.of(foreign.getPublic())).contains(KeyType.ED25519);
        assertThat(Keys.pair(foreign.getPrivate()).getPublic()).isInstanceOf(EdECPublicKey.class);
        assertThat(Keys.unfit(
                        KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPublic()))
                .isPresent();
    }

    private static boolean verifies(Signer signer, byte[] message) throws Exception {
        var verifier = Signature.getInstance(Keys.signatureAlgorithm(signer.publicKey()));
        verifier.initVerify(signer.publicKey());
        verifier.update(message);
        return verifier.verify(signer.sign(message));
    }
}
