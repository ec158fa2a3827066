package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.EncryptedKeys;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.KeyType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaDirectoryTest {
    private static final List<String> IN_ORDER =
            List.of("root.key", "root.crt", "intermediate.key", "intermediate.crt");

    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));

    @Test
    void the_first_start_makes_a_ca_and_later_ones_find_it() throws IOException {
        var made = open((String) null);
        var found = open((String) null);
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
        var made = open((String) null);
        for (String file : IN_ORDER.subList(written, 4)) {
            Files.delete(file(file));
        }
        Files.writeString(file(".root.crt.0815.tmp"), "-----BEGIN CERT");

        var completed = open((String) null);
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
        assertThat(open((String) null).issuer().certificate())
                .isEqualTo(completed.issuer().certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.key", "root.crt", "intermediate.key"})
    void a_lost_file_stops_the_start_and_nothing_is_made_anew(String lost) throws IOException {
        open((String) null);
        Files.delete(file(lost));
        assertStops(null, "lacks " + lost, "backup");
        assertThat(file(lost)).doesNotExist();
    }

    @Test
    void no_new_ca_is_made_when_certificates_of_an_old_one_are_in_use() throws IOException {
        assertThatThrownBy(() -> directory(null).open(true))
                .isInstanceOf(CannotStart.class)
                .hasMessageContainingAll("lacks root.key, root.crt", "in use", "backup");
        open((String) null);
        Files.delete(file("intermediate.crt"));
        assertThatThrownBy(() -> directory(null).open(true)).hasMessageContaining("lacks intermediate.crt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.key", "root.crt", "intermediate.key", "intermediate.crt"})
    void a_half_written_file_stops_the_start(String broken) throws IOException {
        open((String) null);
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
        open((String) null);
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

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void a_ca_of_each_kind_of_key_is_made_and_found_again_whatever_the_setting_says_then(KeyType type) {
        var made = open(settings -> settings.keyType = type);
        assertThat(KeyType.of(made.root().getPublicKey())).contains(type);
        assertThat(KeyType.of(made.issuer().certificate().getPublicKey())).contains(type);
        var found = open((String) null);
        assertThat(found.root()).isEqualTo(made.root());
        assertThat(found.issuer().certificate()).isEqualTo(made.issuer().certificate());
    }

    @Test
    void a_single_root_signs_itself_and_has_no_ca_below_it() throws IOException {
        var made = open(CaDirectoryTest::single);
        assertThat(made.isSingle()).isTrue();
        assertThat(made.chainPem(io.lumia.x509.Profile.DEVICE)).isEmpty();
        assertThat(made.root().getBasicConstraints()).isZero();
        assertThat(file("intermediate.key")).doesNotExist();
        assertThat(open(CaDirectoryTest::single).root()).isEqualTo(made.root());
        Files.delete(file("root.crt"));
        assertThat(open(CaDirectoryTest::single).root().getPublicKey())
                .isEqualTo(made.root().getPublicKey());
    }

    @Test
    void a_ca_keeps_its_hierarchy() {
        open(CaDirectoryTest::single);
        assertThatThrownBy(() -> open((String) null))
                .isInstanceOf(CannotStart.class)
                .hasMessageContainingAll("authority.hierarchy is intermediate", "was made with root", "--data");
        assertThat(file("intermediate.key")).doesNotExist();
    }

    @Test
    void a_ca_with_an_intermediate_does_not_become_a_single_root() {
        open((String) null);
        assertThatThrownBy(() -> open(CaDirectoryTest::single))
                .isInstanceOf(CannotStart.class)
                .hasMessageContainingAll("authority.hierarchy is root", "was made with intermediate", "--data");
    }

    @Test
    void name_constraints_that_the_intermediate_does_not_have_stop_the_start() {
        var made = open(CaDirectoryTest::constrained);
        assertThat(made.issuer().certificate().getCriticalExtensionOIDs()).contains("2.5.29.30");
        assertThat(open(CaDirectoryTest::constrained).root()).isEqualTo(made.root());
        assertThatThrownBy(() -> open((String) null))
                .isInstanceOf(CannotStart.class)
                .hasMessageContainingAll("authority.name-constraints", "permitted devices.lumia.internal, localhost");
    }

    @Test
    void a_systemd_credential_holds_the_password(@TempDir Path credentials) throws Exception {
        Files.writeString(credentials.resolve("lumia-ca-password"), "from systemd\n");
        var environment = Map.of("CREDENTIALS_DIRECTORY", credentials.toString());
        var made = opened(environment);
        assertThat(file("password")).doesNotExist();
        assertThat(opened(environment).root()).isEqualTo(made.root());
        assertThat(EncryptedKeys.decrypt(Files.readString(file("root.key")), "from systemd"))
                .isNotNull();
        assertStops(null, "password is missing", "lumia-ca-password");
        Files.writeString(credentials.resolve("lumia-ca-password"), "another");
        assertThatThrownBy(() -> opened(environment))
                .hasMessageContainingAll("systemd credential", "does not open", "root.key")
                .hasMessageNotContaining("another\"");
    }

    private Ca opened(Map<String, String> environment) {
        return new CaDirectory(data, AuthorityFixture.config(null, 0, 1), IssuerLocations.NONE, environment, clock)
                .open(false);
    }

    private static void single(AcmeSettings settings) {
        settings.hierarchy = AuthorityConfig.Hierarchy.ROOT;
    }

    private static void constrained(AcmeSettings settings) {
        settings.nameConstraints = new AuthorityConfig.ConstrainedNames(
                List.of("localhost", "devices.lumia.internal"), List.of(), List.of(), List.of());
    }

    private Ca open(Consumer<AcmeSettings> change) {
        var settings = new AcmeSettings();
        change.accept(settings);
        return new CaDirectory(data, AuthorityFixture.config(settings), IssuerLocations.NONE, clock).open(false);
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
