package io.lumia.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.x509.Pem;
import org.junit.jupiter.api.Test;

class EncryptedKeysTest {
    @Test
    void opens_with_the_password_and_with_no_other() throws WrongPassword {
        var pair = KeyPairs.p256();
        var pem = EncryptedKeys.encrypt(pair.getPrivate(), "pässword");
        assertThat(pem).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        assertThat(EncryptedKeys.decrypt(pem, "pässword").getEncoded())
                .isEqualTo(pair.getPrivate().getEncoded());
        assertThatThrownBy(() -> EncryptedKeys.decrypt(pem, "passwort")).isInstanceOf(WrongPassword.class);
        assertThatThrownBy(() -> EncryptedKeys.decrypt(pem, "")).isInstanceOf(WrongPassword.class);
    }

    @Test
    void tells_a_half_written_key_from_a_wrong_password() {
        var pem = EncryptedKeys.encrypt(KeyPairs.p256().getPrivate(), "x");
        assertThatThrownBy(() -> EncryptedKeys.decrypt(pem.substring(0, pem.length() / 2), "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EncryptedKeys.decrypt(Pem.of(KeyPairs.p256().getPrivate()), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ENCRYPTED PRIVATE KEY");
    }
}
