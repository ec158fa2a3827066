package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fleet lives with a CA of each kind: devices enrol by ACME and connect over mutual TLS. */
class CaKindsIT {
    private static final int DEVICES = 2;

    @TempDir
    Path data;

    @ParameterizedTest
    @ValueSource(strings = {"p384", "rsa-3072", "ed25519"})
    void devices_connect_with_each_kind_of_key_of_the_ca(String type) throws Exception {
        connected(setup().with("authority.key-type", type));
        // An existing CA is opened whatever it is.
        connected(setup());
    }

    @Test
    void an_ed25519_ca_serves_where_the_jdk_speaks_tls() throws Exception {
        connected(setup().with("authority.key-type", "ed25519").with("tls.native", false));
    }

    @Test
    void devices_connect_with_a_single_root_and_it_stays_one() throws Exception {
        connected(setup().with("authority.hierarchy", "root"));
        assertThat(data.resolve("ca/intermediate.crt")).doesNotExist();
        connected(setup().with("authority.hierarchy", "root"));
        try (var lumia = setup().start()) {
            assertThat(lumia.exitCode()).isEqualTo(1);
            assertThat(lumia.errLines()).anyMatch(line -> line.contains("authority.hierarchy is intermediate"));
        }
    }

    @Test
    void devices_connect_below_name_constraints() throws Exception {
        var constrained = setup().with(
                        "authority.name-constraints.permitted-dns", "[devices.lumia.internal, localhost]")
                .with("authority.name-constraints.permitted-ip", "[127.0.0.0/8]");
        connected(constrained);
        try (var lumia = setup().with("authority.name-constraints.permitted-dns", "[example.com]")
                .start()) {
            assertThat(lumia.exitCode()).isEqualTo(1);
            assertThat(lumia.errLines()).anyMatch(line -> line.contains("authority.names has 'localhost'"));
        }
    }

    @Test
    void a_systemd_credential_opens_the_ca_and_the_password_is_nowhere(@TempDir Path credentials) throws Exception {
        var secret = "tell nobody 4711";
        Files.writeString(credentials.resolve("lumia-ca-password"), secret + "\n");
        var setup = setup().environment("CREDENTIALS_DIRECTORY", credentials.toString())
                .with("log.level", "debug");
        assertThat(connected(setup)).doesNotContain(secret);
        try (var files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(secret);
            }
        }
    }

    @Test
    void a_ca_that_the_command_made_is_run_and_never_made_again() throws Exception {
        var made = answered(LumiaProcess.ca("init", data).argument("--key-type", "p384", "--organization", "Works"));
        var fingerprint = answered(LumiaProcess.ca("fingerprint", data)).strip();
        assertThat(made).contains("p384, root and intermediate", fingerprint);
        assertThat(answered(LumiaProcess.ca("export", data).argument("bundle")))
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("KEY");
        try (var lumia = setup().start()) {
            lumia.awaitReady().awaitConnections(DEVICES + 1);
            assertThat(lumia.rootFingerprint()).isEqualTo(fingerprint);
            try (var second = LumiaProcess.ca("init", data).start()) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.errLines()).anyMatch(line -> line.contains("another Lumia process"));
            }
            assertThat(lumia.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
        }
        try (var again = LumiaProcess.ca("init", data).start()) {
            assertThat(again.exitCode()).isEqualTo(1);
            assertThat(again.outLines()).isEmpty();
            assertThat(again.errLines()).anyMatch(line -> line.contains("there is a CA already"));
        }
    }

    /** What a command that ended well printed on standard output. */
    private static String answered(LumiaProcess.Setup setup) throws Exception {
        try (var command = setup.start()) {
            assertThat(command.exitCode()).as(command.printed()).isZero();
            return String.join("\n", command.outLines());
        }
    }

    /** What it printed. */
    private static String connected(LumiaProcess.Setup setup) throws Exception {
        try (var lumia = setup.start()) {
            lumia.awaitReady().awaitConnections(DEVICES + 1);
            assertThat(lumia.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
            return lumia.printed();
        }
    }

    private LumiaProcess.Setup setup() throws IOException {
        return LumiaProcess.fleet(8, data).with("swarm.devices", DEVICES);
    }
}
