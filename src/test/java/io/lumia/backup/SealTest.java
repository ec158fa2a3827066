package io.lumia.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealTest {
    private static final String PASSWORD = "correct horse battery staple";
    private static final int SEALED_CHUNK = Seal.CHUNK + Seal.TAG;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Seal.CHUNK - 1, Seal.CHUNK, Seal.CHUNK + 1, 3 * Seal.CHUNK, 3 * Seal.CHUNK + 17})
    void gives_back_what_was_sealed(int length) throws Exception {
        var plain = octets(length);
        assertThat(opened(sealed(plain), PASSWORD)).isEqualTo(plain);
    }

    @Test
    void shows_nothing_of_what_it_holds_and_never_the_same_bytes_twice() throws Exception {
        var plain = new byte[1000];
        Arrays.fill(plain, (byte) 'A');
        assertThat(new String(sealed(plain), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("AAAA");
        assertThat(sealed(plain)).isNotEqualTo(sealed(plain));
    }

    @Test
    void another_password_opens_nothing() throws Exception {
        var sealed = sealed(octets(100));
        assertThatThrownBy(() -> opened(sealed, "another password"))
                .isInstanceOf(SealedInput.Damaged.class)
                .hasMessageContaining("password");
    }

    @Test
    void a_backup_that_was_cut_off_is_refused_wherever() throws Exception {
        var sealed = sealed(octets(3 * Seal.CHUNK));
        for (int length : new int[] {
            Seal.HEADER, Seal.HEADER + 5, Seal.HEADER + SEALED_CHUNK, Seal.HEADER + 2 * SEALED_CHUNK, sealed.length - 1
        }) {
            assertThatThrownBy(() -> opened(Arrays.copyOf(sealed, length), PASSWORD))
                    .as("%s bytes of %s", length, sealed.length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void chunks_that_were_changed_or_exchanged_are_refused() throws Exception {
        var sealed = sealed(octets(3 * Seal.CHUNK));
        var changed = sealed.clone();
        changed[Seal.HEADER + SEALED_CHUNK + 7] ^= 1;
        assertThatThrownBy(() -> opened(changed, PASSWORD)).isInstanceOf(SealedInput.Damaged.class);
        var exchanged = sealed.clone();
        System.arraycopy(sealed, Seal.HEADER, exchanged, Seal.HEADER + SEALED_CHUNK, SEALED_CHUNK);
        System.arraycopy(sealed, Seal.HEADER + SEALED_CHUNK, exchanged, Seal.HEADER, SEALED_CHUNK);
        assertThatThrownBy(() -> opened(exchanged, PASSWORD)).isInstanceOf(SealedInput.Damaged.class);
    }

    @Test
    void something_else_is_no_backup() {
        assertThatThrownBy(() -> opened(octets(1000), PASSWORD)).isInstanceOf(BackupFailed.class);
    }

    private static byte[] sealed(byte[] plain) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var sealed = new SealedOutput(out, PASSWORD)) {
            // in odd pieces, as compression writes
            for (int at = 0; at < plain.length; at += 1009) {
                sealed.write(plain, at, Math.min(1009, plain.length - at));
            }
            sealed.finish();
        }
        return out.toByteArray();
    }

    private static byte[] opened(byte[] sealed, String password) throws Exception {
        try (var in = new SealedInput(new ByteArrayInputStream(sealed), password)) {
            return in.readAllBytes();
        }
    }

    private static byte[] octets(int length) {
        var octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }
}
