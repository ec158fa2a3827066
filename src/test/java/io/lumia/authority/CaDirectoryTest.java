package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.EncryptedKeys;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.IssuerLocations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaDirectoryTest {
    private static final List<String> IN_ORDER =
            List.of("root.key", "root.crt", "intermediate.key", "intermediate.crt");

    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));

    @Test
    void the_first_start_makes_a_ca_and_later_ones_find_it() throws IOException {
        var made = open(null);
        var found = open(null);
        assertThat(found.root()).isEqualTo(made.root());
        assertThat(found.issuer().certificate()).isEqualTo(made.issuer().certificate());

        assertThat(mode("")).isEqualTo("rwx------");
        assertThat(mode("password")).isEqualTo("rw-------");
        assertThat(mode("root.key")).isEqualTo("rw-------");
        assertThat(mode("intermediate.key")).isEqualTo("rw-------");
        assertThat(mode("root.crt")).isEqualTo("rw-r--r--");
        assertThat(mode("intermediate.crt")).isEqualTo("rw-r--r--");
        assertThat(Files.readString(file("root.key"))).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
    }

    @Test
    void a_configured_password_is_used_and_not_written() {
        open("secret");
        assertThat(file("password")).doesNotExist();
        assertStops("wrong", "LUMIA_AUTHORITY_PASSWORD", "does not open", "root.key");
        assertStops(null, "password is missing", "LUMIA_AUTHORITY_PASSWORD");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void the_next_start_completes_what_a_killed_first_start_left(int written) throws IOException {
        var made = open(null);
        for (String file : IN_ORDER.subList(written, 4)) {
            Files.delete(file(file));
        }
        Files.writeString(file(".root.crt.0815.tmp"), "-----BEGIN CERT");

        var completed = open(null);
        assertThat(completed.root().getPublicKey().equals(made.root().getPublicKey()))
                .isEqualTo(written >= 1);
        assertThat(completed.root().equals(made.root())).isEqualTo(written >= 2);
        assertThat(completed
                        .issuer()
                        .signer()
                        .publicKey()
                        .equals(made.issuer().signer().publicKey()))
                .isEqualTo(written >= 3);
        assertThat(file(".root.crt.0815.tmp")).doesNotExist();
        assertThat(open(null).issuer().certificate())
                .isEqualTo(completed.issuer().certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.key", "root.crt", "intermediate.key"})
    void a_lost_file_stops_the_start_and_nothing_is_made_anew(String lost) throws IOException {
        open(null);
        Files.delete(file(lost));
        assertStops(null, "lacks " + lost, "backup");
        assertThat(file(lost)).doesNotExist();
    }

    @Test
    void no_new_ca_is_made_when_certificates_of_an_old_one_are_in_use() throws IOException {
        assertThatThrownBy(() -> directory(null).open(true))
                .isInstanceOf(CannotStart.class)
                .hasMessageContainingAll("lacks root.key, root.crt", "in use", "backup");
        open(null);
        Files.delete(file("intermediate.crt"));
        assertThatThrownBy(() -> directory(null).open(true)).hasMessageContaining("lacks intermediate.crt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.key", "root.crt", "intermediate.key", "intermediate.crt"})
    void a_half_written_file_stops_the_start(String broken) throws IOException {
        open(null);
        var text = Files.readString(file(broken));
        Files.writeString(file(broken), text.substring(0, text.length() / 2));
        assertStops(null, broken, "backup");
        Files.write(file(broken), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertStops(null, broken, "backup");
        Files.writeString(file(broken), "");
        assertStops(null, broken, "backup");
    }

    @Test
    void a_key_of_another_certificate_stops_the_start() throws IOException {
        open("secret");
        var other = EncryptedKeys.encrypt(KeyPairs.p256().getPrivate(), "secret");
        Files.writeString(file("intermediate.key"), other);
        assertStops("secret", "intermediate.key", "is not the key of intermediate.crt");
        Files.writeString(file("root.key"), other);
        assertStops("secret", "root.key", "is not the key of root.crt");
    }

    @Test
    void an_intermediate_of_another_root_stops_the_start(@TempDir Path elsewhere) throws IOException {
        open("secret");
        new CaDirectory(elsewhere, AuthorityFixture.config("secret", 0, 1), IssuerLocations.NONE, clock).open(false);
        for (String file : List.of("intermediate.key", "intermediate.crt")) {
            Files.write(file(file), Files.readAllBytes(elsewhere.resolve("ca").resolve(file)));
        }
        assertStops("secret", "intermediate.crt", "is not signed by root.crt");
    }

    @Test
    void an_expired_or_future_ca_stops_the_start() {
        open(null);
        clock.advance(Duration.ofDays(1826));
        assertStops(null, "intermediate.crt expired on", "clock");
        clock.advance(Duration.ofDays(2000));
        assertStops(null, "root.crt expired on", "clock");
        clock.advance(Duration.ofDays(-4000));
        assertStops(null, "root.crt is valid from", "clock");
    }

    @Test
    void an_empty_password_file_stops_the_start() throws IOException {
        Files.createDirectories(data.resolve("ca"));
        Files.writeString(file("password"), " \n");
        assertStops(null, "password", "is empty");
    }

    private Ca open(@Nullable String password) {
        return directory(password).open(false);
    }

    private CaDirectory directory(@Nullable String password) {
        AuthorityConfig config = AuthorityFixture.config(password, 0, 1);
        return new CaDirectory(data, config, IssuerLocations.NONE, clock);
    }

    private void assertStops(@Nullable String password, String... sentences) {
        assertThatThrownBy(() -> open(password))
                .isInstanceOf(CannotStart.class)
                .hasMessageContainingAll(sentences)
                .hasMessageContaining(data.toString())
                .hasMessageNotContaining("\n");
    }

    private Path file(String name) {
        return data.resolve("ca").resolve(name);
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file(name)));
    }
}
