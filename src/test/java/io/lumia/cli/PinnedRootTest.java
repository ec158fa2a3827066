package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.CannotStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinnedRootTest {
    @TempDir
    Path directory;

    @Test
    void says_what_to_put_where_no_certificate_can_be_read() throws IOException {
        var empty = Files.writeString(directory.resolve("root.crt"), "nothing");

        assertThatThrownBy(() -> PinnedRoot.in(empty))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("agent.root-file")
                .hasMessageContaining("lumia ca export root");
        assertThat(directory.resolve("missing")).doesNotExist();
        assertThatThrownBy(() -> PinnedRoot.in(directory.resolve("missing"))).isInstanceOf(CannotStart.class);
    }
}
