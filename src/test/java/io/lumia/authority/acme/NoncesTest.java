package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class NoncesTest {
    private final Nonces nonces = new Nonces("0123456789abcdef", new SecureRandom(), 2);

    @Test
    void serve_once() {
        var nonce = nonces.fresh();
        assertThat(nonces.spend(nonce)).isTrue();
        assertThat(nonces.spend(nonce)).isFalse();
    }

    @Test
    void forget_the_oldest_when_there_are_too_many() {
        var first = nonces.fresh();
        var second = nonces.fresh();
        var third = nonces.fresh();
        assertThat(nonces.spend(first)).isFalse();
        assertThat(nonces.spend(second)).isTrue();
        assertThat(nonces.spend(third)).isTrue();
    }
}
