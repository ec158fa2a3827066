package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.CannotStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTokensTest {
    private static final String ONE = "0123456789abcdef0123456789abcdef";
    private static final String OTHER = "f0123456789abcdef0123456789abcde";

    @TempDir
    Path directory;

    @Test
    void names_a_token_by_its_file() throws IOException {
        var tokens = PeerTokens.read(List.of(file("broker-token", ONE + "\n"), file("gui-token", OTHER)));

        assertThat(tokens.whose(ONE)).hasValue("broker-token");
        assertThat(tokens.whose(OTHER)).hasValue("gui-token");
        assertThat(tokens.whose(ONE + "0")).isEmpty();
        assertThat(tokens.whose("")).isEmpty();
    }

    @Test
    void refuses_a_short_token_and_a_file_that_is_not_there() throws IOException {
        var little = file("little", "0123456789abcdef");

        assertThatThrownBy(() -> PeerTokens.read(List.of(little)))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("little")
                .hasMessageContaining("fewer than 32");
        assertThatThrownBy(() -> PeerTokens.read(List.of(directory.resolve("missing"))))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void refuses_one_token_for_two_processes() throws IOException {
        var files = List.of(file("broker-token", ONE), file("gui-token", ONE));

        assertThatThrownBy(() -> PeerTokens.read(files))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("the same token");
    }

    private Path file(String name, String token) throws IOException {
        return Files.writeString(directory.resolve(name), token);
    }
}
