package io.lumia.interop;

import io.lumia.x509.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;

/** A real step-ca on a free port of loopback, with a JWK provisioner and an ACME provisioner. */
final class LocalStepCa implements AutoCloseable {
    static final String PROVISIONER = "admin";

    final int port;
    final int http01Port;
    private final Path home;
    private final Path password;
    private final ExternalProgram stepCa;
    final ExternalProgram step;
    private ExternalProgram.Running running;

    /** Skips the test where step or step-ca is not installed. */
    LocalStepCa(Path directory) throws Exception {
        home = Files.createDirectories(directory.resolve("step-ca"));
        password = Files.writeString(home.resolve("password"), "interop-password\n");
        port = freePort();
        http01Port = freePort();
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
        step.run(
                "ca",
                "provisioner",
                "add",
                "mqtt-acme",
                "--type",
                "ACME",
                "--x509-default-dur",
                "720h",
                "--x509-max-dur",
                "720h");
        start();
    }

    void start() throws Exception {
        running = stepCa.begin(
                home.resolve("config/ca.json").toString(),
                "--password-file",
                password.toString(),
                "--insecure",
                "--acme-http-port",
                Integer.toString(http01Port));
        running.awaitPrinted("Serving HTTPS on");
    }

    void stop() throws InterruptedException {
        running.process().destroy();
        int unused = running.await();
    }

    String url() {
        return "https://localhost:" + port;
    }

    String directory() {
        return url() + "/acme/mqtt-acme/directory";
    }

    Path rootFile() {
        return home.resolve("certs/root_ca.crt");
    }

    Path password() {
        return password;
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

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
