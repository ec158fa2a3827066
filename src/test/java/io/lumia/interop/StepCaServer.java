package io.lumia.interop;

import io.lumia.config.HostPort;
import io.lumia.fakes.FreePort;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A real step-ca on a free port, with provisioners {@code jwk} (encrypted key, password in {@link #password}), {@code x5c} (its own root) and
 * {@code acme}.
 */
final class StepCaServer implements AutoCloseable {
    final int port = FreePort.anywhere();
    final int http01 = FreePort.anywhere();
    final int tlsAlpn01 = FreePort.anywhere();
    final Path home;
    final Path password;

    private final ExternalProgram program;
    private final HostPort resolver;
    private ExternalProgram.Running running;

    StepCaServer(Path directory, HostPort resolver) throws Exception {
        this.resolver = resolver;
        home = Files.createDirectories(directory.resolve("step"));
        password = Files.writeString(directory.resolve("step-password"), "correct horse\n");
        var environment = Map.of("STEPPATH", home.toString(), "HOME", directory.toString());
        program = ExternalProgram.find("step-ca", environment, directory);
        var step = ExternalProgram.find("step", environment, directory);
        said(step.run(
                "ca",
                "init",
                "--name",
                "Test",
                "--dns",
                "localhost",
                "--address",
                "127.0.0.1:" + port,
                "--provisioner",
                "jwk",
                "--deployment-type",
                "standalone",
                "--password-file",
                password.toString(),
                "--provisioner-password-file",
                password.toString()));
        age(step);
        configure();
        start();
    }

    /** A renewal token's chain is verified as of a minute before the leaf's end, when a CA that was just made did not exist. */
    private void age(ExternalProgram step) throws Exception {
        var root = root().toString();
        var rootKey = home.resolve("secrets/root_ca_key").toString();
        said(step.run(
                "certificate",
                "create",
                "Test root",
                root,
                rootKey,
                "--profile",
                "root-ca",
                "--not-before=-2h",
                "--force",
                "--password-file",
                password.toString()));
        said(step.run(
                "certificate",
                "create",
                "Test intermediate",
                home.resolve("certs/intermediate_ca.crt").toString(),
                home.resolve("secrets/intermediate_ca_key").toString(),
                "--profile",
                "intermediate-ca",
                "--not-before=-1h",
                "--force",
                "--ca",
                root,
                "--ca-key",
                rootKey,
                "--ca-password-file",
                password.toString(),
                "--password-file",
                password.toString()));
    }

    private static void said(String printed) {
        assert !printed.isEmpty();
    }

    URI url() {
        return URI.create("https://localhost:" + port);
    }

    URI acme() {
        return url().resolve("/acme/acme/directory");
    }

    Path root() {
        return home.resolve("certs/root_ca.crt");
    }

    Fingerprint fingerprint() throws IOException {
        return Fingerprint.of(Pem.certificates(Files.readString(root())).get(0));
    }

    /** The JWK provisioner's key as the CA keeps it: encrypted, compact. */
    String encryptedKey() throws IOException {
        return configuration()
                .getJsonObject("authority")
                .getJsonArray("provisioners")
                .getJsonObject(0)
                .getString("encryptedKey");
    }

    void start() throws Exception {
        running = program.begin(
                home.resolve("config/ca.json").toString(),
                "--password-file",
                password.toString(),
                "--insecure",
                "--acme-http-port",
                String.valueOf(http01),
                "--acme-tls-port",
                String.valueOf(tlsAlpn01),
                "--resolver",
                resolver.toString());
        running.awaitPrinted("Serving HTTPS on");
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
            try {
                int exit = running.await();
                assert exit != 0;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private JsonObject configuration() throws IOException {
        return new JsonObject(Files.readString(home.resolve("config/ca.json")));
    }

    private void configure() throws IOException {
        var all = configuration();
        var authority = all.getJsonObject("authority");
        var claims = new JsonObject().put("minTLSCertDuration", "1s").put("allowRenewalAfterExpiry", true);
        authority.getJsonArray("provisioners").getJsonObject(0).put("claims", claims);
        var roots = Base64.getEncoder().encodeToString(Files.readString(root()).getBytes(StandardCharsets.US_ASCII));
        authority
                .getJsonArray("provisioners")
                .add(new JsonObject().put("type", "X5C").put("name", "x5c").put("roots", roots))
                .add(new JsonObject()
                        .put("type", "ACME")
                        .put("name", "acme")
                        .put("challenges", new JsonArray(List.of("http-01", "dns-01", "tls-alpn-01"))));
        Files.writeString(home.resolve("config/ca.json"), all.encodePrettily());
    }
}
