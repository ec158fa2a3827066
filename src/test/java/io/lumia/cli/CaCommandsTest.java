package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.Lumia;
import io.lumia.crypto.EncryptedKeys;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.KeyType;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaCommandsTest {
    @TempDir
    Path home;

    /** What one command printed. */
    private record Said(String out, String err) {}

    @Test
    void init_makes_a_ca_once() throws Exception {
        var password = Files.writeString(home.resolve("secret"), "of the operator\n");
        var made = run(
                0,
                "init",
                "--data",
                data(),
                "--key-type",
                "p384",
                "--organization",
                "O'Neil: Ltd",
                "--password-file",
                password.toString());
        assertThat(made.out)
                .contains("p384, root and intermediate", Fingerprint.of(root()).hex());
        assertThat(KeyType.of(root().getPublicKey())).contains(KeyType.P384);
        assertThat(root().getSubjectX500Principal().toString()).contains("O=O'Neil: Ltd");
        assertThat(home.resolve("data/ca/password")).doesNotExist();
        assertThat(EncryptedKeys.decrypt(Files.readString(home.resolve("data/ca/root.key")), "of the operator"))
                .isNotNull();

        var again = run(1, "init", "--data", data());
        assertThat(again.out).isEmpty();
        assertThat(again.err).contains("there is a CA already", "root.key", "nothing was changed");
        assertThat(run(1, "init", "--data", data() + "2", "--key-type", "dsa").err)
                .contains("authority.key-type: expected one of p256");
        Files.createDirectories(home.resolve("used"));
        Files.writeString(home.resolve("used/lumia.db"), "");
        assertThat(run(1, "init", "--data", home.resolve("used").toString()).err)
                .contains("lumia.db");
    }

    @Test
    void init_refuses_a_directory_that_a_process_holds() throws Exception {
        try (var held = DataLock.on(home.resolve("data"))) {
            assertThat(held.toString()).endsWith("lock");
            assertThat(run(1, "init", "--data", data()).err).contains("another Lumia process");
        }
        assertThat(home.resolve("data/ca")).doesNotExist();
    }

    @Test
    void fingerprint_and_export_show_certificates_and_never_keys() throws Exception {
        run(0, "init", "--data", data());
        assertThat(run(0, "fingerprint", "--data", data()).out.strip())
                .isEqualTo(Fingerprint.of(root()).hex());
        assertThat(AdminClient.JSON
                        .readTree(run(0, "fingerprint", "--data", data(), "--json").out)
                        .path("verified")
                        .asBoolean())
                .isTrue();

        var bundle = run(0, "export", "bundle", "--data", data()).out;
        assertThat(Pem.certificates(bundle)).hasSize(2).last().isEqualTo(root());
        assertThat(bundle).doesNotContain("KEY");
        assertThat(Pem.certificates(run(0, "export", "--data", data()).out)).containsExactly(root());
        var file = home.resolve("intermediate.pem");
        run(0, "export", "intermediate", "--data", data(), "--out", file.toString());
        assertThat(Pem.certificates(Files.readString(file)).get(0).getBasicConstraints())
                .isZero();
        assertThat(run(1, "export", "root", "--data", data(), "--out", file.toString()).err)
                .contains("--force");
        assertThat(run(2, "export", "key", "--data", data()).err).contains("root, intermediate, bundle");
        assertThat(run(1, "fingerprint", "--data", data() + "none").err).contains("there is no CA in", "lumia ca init");
    }

    @Test
    void a_single_root_has_no_intermediate_to_export() throws Exception {
        var made = AdminClient.JSON.readTree(run(0, "init", "--data", data(), "--single-root", "--json").out);
        assertThat(made.path("hierarchy").asText()).isEqualTo("root");
        assertThat(run(1, "export", "intermediate", "--data", data()).err).contains("no intermediate");
        assertThat(Pem.certificates(run(0, "export", "bundle", "--data", data()).out))
                .hasSize(1);
    }

    @Test
    void a_regions_ca_is_requested_signed_where_the_root_is_and_installed() throws Exception {
        run(0, "init", "--data", data());
        var eu = home.resolve("eu").toString();
        var request = home.resolve("eu/ca/region.csr").toString();
        assertThat(run(0, "request", "--region", "eu-west", "--data", eu).out).contains(request, "sign-intermediate");

        var certificate = home.resolve("signed.crt").toString();
        var root = home.resolve("signed-root.crt").toString();
        var sign = List.of(
                "sign-intermediate", "--csr", request, "--data", data(), "--out", certificate, "--root-out", root);
        assertThat(run(1, with(sign, "--validity", "soon")).err).contains("--validity");
        var pin = Fingerprint.of(root()).hex();
        assertThat(run(0, with(sign, "--validity", "365d")).out).contains("eu-west", pin);
        assertThat(run(1, with(sign)).err).contains("--force");
        assertThat(run(1, "sign-intermediate", "--csr", certificate, "--data", data(), "--out", certificate + 2).err)
                .contains("--csr");

        var install = List.of("install", "--certificate", certificate, "--root", root, "--data", eu);
        assertThat(run(1, with(install, "--fingerprint", "0".repeat(64))).err).contains("fingerprint", pin);
        assertThat(home.resolve("eu/ca/root.crt")).doesNotExist();
        run(0, with(install, "--fingerprint", pin));
        assertThat(run(0, "fingerprint", "--data", eu).out.strip()).isEqualTo(pin);
    }

    private static String[] with(List<String> command, String... more) {
        var all = new java.util.ArrayList<>(command);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void bootstrap_takes_only_the_root_of_the_fingerprint() throws Exception {
        try (var authority = new LoopbackAuthority(home.resolve("authority"))) {
            var out = home.resolve("fetched.crt");
            var asked = run(0, "fingerprint", "--ca-url", authority.url());
            assertThat(asked.out.strip()).isEqualTo(authority.fingerprint());
            assertThat(asked.err).contains("not verified");

            var done = bootstrap(0, authority.url(), authority.fingerprint(), out);
            assertThat(done.out)
                    .contains("step ca bootstrap --ca-url " + authority.url() + " --fingerprint "
                            + authority.fingerprint());
            assertThat(out).hasSameTextualContentAs(authority.root);

            var other = home.resolve("other.crt");
            assertThat(bootstrap(1, authority.url(), "0".repeat(64), other).err)
                    .contains("has no root with this fingerprint");
            assertThat(bootstrap(1, authority.url(), "abc", other).err).contains("--fingerprint");
            assertThat(bootstrap(1, "http://localhost:1", "0".repeat(64), other).err)
                    .contains("--ca-url must be such as https://");
            assertThat(bootstrap(1, "https://localhost:1", "0".repeat(64), other).err)
                    .contains("cannot reach");
            assertThat(other).doesNotExist();

            // The name of loopback that its certificate does not carry.
            assertThat(bootstrap(1, authority.url().replace("localhost", "127.0.0.2"), authority.fingerprint(), other)
                            .err)
                    .contains("127.0.0.2");
            assertThat(other).doesNotExist();
        }
    }

    @Test
    void bootstrap_is_not_taken_in_by_whoever_hands_out_another_root() {
        var vertx = Vertx.vertx();
        try {
            var impostor = new FleetCa(new MovableClock(Instant.now()));
            var served = impostor.issue("localhost", List.of("localhost"), Duration.ofHours(1));
            var tls = new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(Pem.of(served.chain())))
                            .addKeyValue(Buffer.buffer(Pem.of(served.key()))));
            var answer = new JsonObject().put("ca", Pem.of(impostor.root())).encode();
            var server = vertx.createHttpServer(tls)
                    .requestHandler(request -> {
                        var unused = request.response().end(answer);
                    })
                    .listen(0, "127.0.0.1")
                    .await();
            var out = home.resolve("fetched.crt");
            assertThat(bootstrap(1, "https://localhost:" + server.actualPort(), "0".repeat(64), out).err)
                    .contains("handed out the root " + Fingerprint.of(impostor.root()), "nothing was written");
            assertThat(out).doesNotExist();
        } finally {
            vertx.close().await();
        }
    }

    private Said bootstrap(int code, String url, String fingerprint, Path out) {
        return run(code, "bootstrap", "--ca-url", url, "--fingerprint", fingerprint, "--out", out.toString());
    }

    private X509Certificate root() throws IOException {
        return Pem.certificates(Files.readString(home.resolve("data/ca/root.crt")))
                .get(0);
    }

    private String data() {
        return home.resolve("data").toString();
    }

    private static Said run(int code, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = Lumia.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        var all = new java.util.ArrayList<>(List.of("ca"));
        all.addAll(List.of(arguments));
        assertThat(line.execute(all.toArray(String[]::new)))
                .as(out + "\n" + err)
                .isEqualTo(code);
        return new Said(out.toString(), err.toString());
    }
}
