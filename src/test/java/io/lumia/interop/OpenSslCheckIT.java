package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.Lumia;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.MovableClock;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lumia check} at OpenSSL's server, and with files that OpenSSL made. */
class OpenSslCheckIT {
    @TempDir
    Path directory;

    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private ExternalProgram openssl;
    private String printed = "";

    @BeforeEach
    void find() {
        openssl = ExternalProgram.find("openssl", Map.of(), directory);
    }

    @ParameterizedTest
    @CsvSource({"100, 0, healthy", "90, 1, warning", "87, 2, critical", "80, 2, critical"})
    void a_server_whose_certificate_was_made_85_days_ago(int days, int exit, String status) throws Exception {
        var past = new FleetCa(new MovableClock(Instant.now().minus(Duration.ofDays(85))));
        try (var server = serve(past.issue("server", List.of("localhost"), Duration.ofDays(days)))) {
            assertThat(check("localhost:" + port(server))).as(printed).isEqualTo(exit);
            assertThat(printed).contains(status).contains("CN=server");
        }
    }

    @Test
    void the_chain_and_the_name_are_verified_by_a_ca_bundle() throws Exception {
        var stranger = Files.writeString(directory.resolve("other.pem"), Pem.of(new FleetCa(Clock.systemUTC()).root()));
        try (var server = serve(ca.issue("server", List.of("localhost"), Duration.ofDays(90)))) {
            int port = port(server);
            assertThat(check("localhost:" + port, "--ca", root())).isZero();
            assertThat(check("localhost:" + port, "--ca", stranger.toString())).isEqualTo(2);
            assertThat(check("127.0.0.1:" + port, "--ca", root())).isEqualTo(2);
            assertThat(printed).contains("is not for the name 127.0.0.1");
            assertThat(check("127.0.0.1:" + port, "--ca", root(), "--name", "localhost"))
                    .isZero();
        }
    }

    @Test
    void a_server_that_demands_a_client_certificate_shows_its_own_all_the_same() throws Exception {
        try (var server = serve(ca.issue("server", List.of("localhost"), Duration.ofDays(90)), "-Verify", "1")) {
            assertThat(check("localhost:" + port(server))).isZero();
        }
    }

    @Test
    void certificates_as_openssl_makes_them() throws Exception {
        make("soon", 5);
        make("later", 60);
        assertThat(check(directory + "/later.pem")).isZero();
        assertThat(check(directory + "/soon.pem"))
                .as("most of five days is left")
                .isZero();
        assertThat(check(directory + "/later.pem", "--warning", "14d", "--critical", "61d"))
                .as("a critical threshold above the warning")
                .isEqualTo(3);
        assertThat(check(directory + "/*.pem", "--json")).isZero();
        JsonNode told = new ObjectMapper().readTree(printed);
        assertThat(told.path("checks")).hasSize(2);
        assertThat(told.path("status").asText()).isEqualTo("healthy");
        assertThat(told.path("checks").path(0).path("notAfter").asText()).endsWith("Z");
    }

    @Test
    void pkcs12_files_with_and_without_a_key() throws Exception {
        make("server", 60);
        var password = Files.writeString(directory.resolve("password"), "open sesame\n");
        var wrong = Files.writeString(directory.resolve("wrong"), "wrong");
        var with = directory.resolve("with.p12").toString();
        var without = directory.resolve("without.p12").toString();
        var unused = openssl.run(
                "pkcs12",
                "-export",
                "-in",
                "server.pem",
                "-inkey",
                "server.key",
                "-out",
                with,
                "-passout",
                "file:password");
        unused = openssl.run(
                "pkcs12", "-export", "-nokeys", "-in", "server.pem", "-out", without, "-passout", "file:password");
        assertThat(check(with, without, "--password-file", password.toString())).isZero();
        assertThat(check(with, "--password-file", wrong.toString())).isEqualTo(3);
        assertThat(printed).contains("under another password");
    }

    @Test
    void what_is_not_there_is_unknown() throws Exception {
        assertThat(check(directory.resolve("none.pem").toString())).isEqualTo(3);
        int closed = FreePort.anywhere();
        assertThat(check("127.0.0.1:" + closed)).isEqualTo(3);
    }

    private void make(String name, int days) throws Exception {
        var unused = openssl.run(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                Integer.toString(days),
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + ".key",
                "-out",
                name + ".pem");
    }

    private ExternalProgram.Running serve(TlsMaterial material, String... more) throws Exception {
        Files.writeString(directory.resolve("s.pem"), Pem.of(material.chain()));
        Files.writeString(directory.resolve("s.key"), Pem.of(material.key()));
        var arguments = new java.util.ArrayList<>(
                List.of("s_server", "-accept", "127.0.0.1:0", "-cert", "s.pem", "-key", "s.key", "-www"));
        arguments.addAll(List.of(more));
        var server = openssl.begin(arguments.toArray(String[]::new));
        server.awaitPrinted("ACCEPT 127.0.0.1:");
        return server;
    }

    private static int port(ExternalProgram.Running server) throws Exception {
        var matcher =
                java.util.regex.Pattern.compile("ACCEPT 127\\.0\\.0\\.1:(\\d+)").matcher(server.printed());
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private String root() throws Exception {
        return Files.writeString(directory.resolve("root.crt"), Pem.of(ca.root()))
                .toString();
    }

    private int check(String... arguments) {
        var out = new StringWriter();
        var line = Lumia.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(out, true));
        var all = new java.util.ArrayList<>(List.of("check"));
        all.addAll(List.of(arguments));
        int exit = line.execute(all.toArray(String[]::new));
        printed = out.toString();
        return exit;
    }
}
