package io.lumia.interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.fakes.FreePort;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/** A real step-ca on a free port of loopback, with a JWK provisioner and two ACME provisioners. */
final class LocalStepCa implements AutoCloseable {
    /** A name that it does not certify. */
    static final String REFUSED = "refused.example";

    private static final String PROVISIONER = "admin";

    private final int port;
    final int http01Port;
    final int tlsAlpn01Port;
    private final Path home;
    final Path password;
    private final ExternalProgram stepCa;
    final ExternalProgram step;
    private ExternalProgram.Running running;

    /** Skips the test where step or step-ca is not installed. */
    LocalStepCa(Path directory) throws Exception {
        home = Files.createDirectories(directory.resolve("step-ca"));
        password = Files.writeString(home.resolve("password"), "interop-password\n");
        port = FreePort.anywhere();
        http01Port = FreePort.anywhere();
        tlsAlpn01Port = FreePort.anywhere();
        var environment = Map.of("STEPPATH", home.toString(), "HOME", home.toString());
        stepCa = ExternalProgram.find("step-ca", environment, home);
        step = ExternalProgram.find("step", environment, home);
        var secret = password.toString();
        step.run(
                "ca",
                "init",
                "--name",
                "Interop",
                "--dns",
                "localhost",
                "--address",
                "127.0.0.1:" + port,
                "--provisioner",
                PROVISIONER,
                "--deployment-type",
                "standalone",
                "--password-file",
                secret,
                "--provisioner-password-file",
                secret);
        provisioners(home.resolve("config/ca.json"));
        start();
    }

    /** {@code mqtt-acme} for everybody, and {@code strict} for accounts that nobody here has; neither certifies {@link #REFUSED}. */
    private static void provisioners(Path file) throws IOException {
        var json = new ObjectMapper();
        var config = json.readTree(file.toFile());
        var authority = (ObjectNode) config.path("authority");
        var all = (ArrayNode) authority.path("provisioners");
        var claims = Map.of("defaultTLSCertDuration", "720h", "maxTLSCertDuration", "720h");
        all.add(json.valueToTree(Map.of("type", "ACME", "name", "mqtt-acme", "claims", claims)));
        all.add(json.valueToTree(Map.of("type", "ACME", "name", "strict", "requireEAB", true)));
        var deny = Map.of("x509", Map.of("deny", Map.of("dns", List.of(REFUSED))));
        authority.set("policy", json.valueToTree(deny));
        json.writeValue(file.toFile(), config);
    }

    void start() throws Exception {
        running = stepCa.begin(
                home.resolve("config/ca.json").toString(),
                "--password-file",
                password.toString(),
                "--insecure",
                "--acme-http-port",
                Integer.toString(http01Port),
                "--acme-tls-port",
                Integer.toString(tlsAlpn01Port));
        running.awaitPrinted("Serving HTTPS on");
    }

    void stop() throws InterruptedException {
        running.process().destroy();
        int unused = running.await();
    }

    String url() {
        return "https://localhost:" + port;
    }

    /** Of {@code mqtt-acme}. */
    String directory() {
        return directory("mqtt-acme");
    }

    /** Of {@code mqtt-acme} or {@code strict}. */
    String directory(String provisioner) {
        return url() + "/acme/" + provisioner + "/directory";
    }

    Path rootFile() {
        return home.resolve("certs/root_ca.crt");
    }

    X509Certificate root() throws IOException {
        return Pem.certificates(Files.readString(rootFile())).get(0);
    }

    /** A certificate by the JWK provisioner, and its key, in these files. */
    void issue(String name, Path certificate, Path key, String lifetime) throws Exception {
        step.run(
                "ca",
                "certificate",
                name,
                certificate.toString(),
                key.toString(),
                "--provisioner",
                PROVISIONER,
                "--provisioner-password-file",
                password.toString(),
                "--ca-url",
                url(),
                "--root",
                rootFile().toString(),
                "--not-after",
                lifetime,
                "--force");
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
    }
}
