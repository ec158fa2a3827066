package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.fakes.FleetCa;
import io.lumia.tls.IdentityFiles.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A crash at any moment leaves the old generation or the new one. */
class IdentityFilesTest {
    private static final Instant ISSUED = Instant.parse("2030-01-02T03:04:05Z");

    @TempDir
    Path data;

    private final FleetCa ca = new FleetCa(Clock.systemUTC());

    @Test
    void what_is_promoted_is_read_back() throws IOException {
        var files = files();
        assertThat(files.current()).isEmpty();
        var staged = stage(files);
        assertThat(files.current()).as("staged only").isEmpty();
        files.promote(staged);
        var read = files.current().orElseThrow();
        assertThat(read.material().chain()).isEqualTo(staged.material().chain());
        assertThat(read.material().key()).isEqualTo(staged.material().key());
        assertThat(read.issuedAt()).isEqualTo(ISSUED);
        assertThat(read.directory()).isEqualTo(staged.directory());
    }

    @Test
    void keys_are_for_the_owner_only() throws IOException {
        var files = files();
        var staged = stage(files);
        files.identityKey();
        assertThat(mode(staged.directory().resolve("key.pem"))).isEqualTo("rw-------");
        assertThat(mode(files.directory().resolve("identity-key.pem"))).isEqualTo("rw-------");
        assertThat(mode(staged.directory())).isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key.pem", "fullchain.pem", "issued-at"})
    void a_generation_that_a_crash_left_half_written_is_not_taken(String missing) throws IOException {
        var files = files();
        var first = promoted(files);
        var partial = stage(files);
        Files.delete(partial.directory().resolve(missing));
        assertThat(current(files)).isEqualTo(first.material().leaf());
        files.promote(partial);
        assertThat(files.current()).as("not even through the link").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"key.pem", "fullchain.pem", "issued-at"})
    void a_file_that_is_cut_off_empty_or_garbage_is_no_generation(String file) throws IOException {
        var files = files();
        var path = promoted(files).directory().resolve(file);
        var whole = Files.readString(path);
        for (String broken : List.of("", whole.substring(0, whole.length() / 2), "garbage")) {
            Files.writeString(path, broken);
            assertThat(files.current()).as(file + " is '" + broken + "'").isEmpty();
        }
        Files.write(path, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(files.current()).as("not text").isEmpty();
        Files.writeString(path, whole);
        assertThat(files.current()).isPresent();
    }

    @Test
    void the_key_of_another_generation_is_not_taken() throws IOException {
        var files = files();
        var first = promoted(files);
        var second = stage(files);
        Files.copy(
                second.directory().resolve("key.pem"),
                first.directory().resolve("key.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(files.current()).isEmpty();
    }

    @Test
    void a_key_that_cannot_be_read_is_no_generation() throws IOException {
        var files = files();
        var key = promoted(files).directory().resolve("key.pem");
        Files.delete(key);
        Files.createDirectory(key); // root may read every file, but no directory as one
        assertThat(files.current()).isEmpty();
    }

    @Test
    void a_dangling_link_is_no_generation_and_can_be_replaced() throws IOException {
        var files = files();
        var first = promoted(files);
        files.discard(first);
        assertThat(files.current()).isEmpty();
        var second = promoted(files);
        assertThat(current(files)).isEqualTo(second.material().leaf());
    }

    @Test
    void readers_see_the_old_or_the_new_generation_and_never_none() throws IOException {
        var files = files();
        var first = promoted(files);
        var second = stage(files);
        var done = new AtomicBoolean();
        var misses = CompletableFuture.supplyAsync(() -> {
            int missed = 0;
            do {
                missed += files.current().isPresent() ? 0 : 1;
            } while (!done.get());
            return missed;
        });
        for (int i = 0; i < 50; i++) {
            files.promote(i % 2 == 0 ? second : first);
        }
        done.set(true);
        assertThat(misses.join()).isZero();
    }

    @Test
    void keeps_only_the_one_in_use_and_discards_one_alone() throws IOException {
        var files = files();
        var first = promoted(files);
        var second = stage(files);
        var third = stage(files);
        files.discard(second);
        assertThat(second.directory()).doesNotExist();
        assertThat(first.directory()).exists();
        files.promote(third);
        files.keepOnly(third);
        assertThat(first.directory()).doesNotExist();
        assertThat(current(files)).isEqualTo(third.material().leaf());
        assertThatCode(() -> files.discard(second)).as("twice is no harm").doesNotThrowAnyException();
    }

    @Test
    void the_identity_key_stays_the_same_and_is_never_replaced_silently() throws IOException {
        var made = files().identityKey();
        assertThat(files().identityKey().getPublic()).isEqualTo(made.getPublic());
        var file = files().directory().resolve("identity-key.pem");
        Files.writeString(file, Files.readString(file).substring(0, 60));
        assertThatThrownBy(() -> files().identityKey())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("release the name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../other", "a/b", ".hidden", "a b"})
    void a_name_cannot_lead_elsewhere(String name) {
        assertThatThrownBy(() -> new IdentityFiles(data, name)).isInstanceOf(IllegalArgumentException.class);
    }

    private IdentityFiles files() {
        return new IdentityFiles(data, "dev-1");
    }

    private Generation stage(IdentityFiles files) throws IOException {
        return files.stage(ca.issue("dev-1", List.of("dev-1"), Duration.ofHours(1)), ISSUED, List.of(ca.root()));
    }

    private Generation promoted(IdentityFiles files) throws IOException {
        var staged = stage(files);
        files.promote(staged);
        return staged;
    }

    private static java.security.cert.X509Certificate current(IdentityFiles files) {
        return files.current().orElseThrow().material().leaf();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
