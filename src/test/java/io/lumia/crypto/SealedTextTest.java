package io.lumia.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.x509.Pem;
import org.junit.jupiter.api.Test;

class SealedTextTest {
    private final String sealed = SealedText.seal("a private key, wörtlich", "correct horse");

    @Test
    void opens_with_its_password() throws WrongPassword {
        assertThat(sealed).startsWith("-----BEGIN CMS-----").doesNotContain("private");
        assertThat(SealedText.open(sealed, "correct horse")).isEqualTo("a private key, wörtlich");
    }

    @Test
    void opens_with_no_other_password() {
        assertThatThrownBy(() -> SealedText.open(sealed, "wrong horse")).isInstanceOf(WrongPassword.class);
    }

    @Test
    void opens_no_more_once_it_was_changed() {
        var bytes = Pem.content("CMS", sealed);
        bytes[bytes.length - 20] ^= 1;

        assertThatThrownBy(() -> SealedText.open(Pem.text("CMS", bytes), "correct horse"))
                .isInstanceOf(WrongPassword.class);
    }
}
