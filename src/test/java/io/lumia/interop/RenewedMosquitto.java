package io.lumia.interop;

import io.lumia.config.TlsConfig;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.MqttPeer;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A real Mosquitto whose certificate comes from a real step-ca, and the configuration that renews it. Its clients are of another CA. */
final class RenewedMosquitto implements AutoCloseable {
    private static final String NAME = "site";

    final LocalStepCa ca;
    final FleetCa clients = new FleetCa(Clock.systemUTC());
    final Path directory;
    final Path tls;
    final int port;
    private final ExternalProgram program;
    private ExternalProgram.Running running;

    /** @param lifetime of the certificate that it has at first */
    RenewedMosquitto(Path directory, String lifetime) throws Exception {
        this.directory = directory;
        program = ExternalProgram.find("mosquitto", Map.of(), directory);
        ca = new LocalStepCa(directory);
        tls = Files.createDirectories(directory.resolve("tls"));
        port = FreePort.anywhere();
        ca.issue("localhost", certificate(), key(), lifetime);
        var client = clients.issue("renewal-test", List.of("renewal-test"), Duration.ofHours(1));
        Files.writeString(directory.resolve("client.pem"), Pem.of(client.chain()));
        Files.writeString(directory.resolve("client.key"), Pem.of(client.key()));
        Files.writeString(directory.resolve("clients.pem"), Pem.of(clients.root()));
        Files.writeString(directory.resolve("acl"), "pattern readwrite #\n");
        start();
    }

    private void start() throws Exception {
        Files.writeString(
                configuration(),
                String.join(
                        "\n",
                        "listener " + port + " 127.0.0.1",
                        "cafile " + directory.resolve("clients.pem"),
                        "certfile " + certificate(),
                        "keyfile " + key(),
                        "require_certificate true",
                        "use_identity_as_username true",
                        "acl_file " + directory.resolve("acl"),
                        "pid_file " + pidFile(),
                        "user root",
                        "log_type all",
                        ""));
        running = program.begin("-c", configuration().toString());
        running.awaitPrinted("running");
    }

    Path configuration() {
        return directory.resolve("mosquitto.conf");
    }

    Path certificate() {
        return tls.resolve("fullchain.pem");
    }

    Path key() {
        return tls.resolve("privkey.pem");
    }

    Path pidFile() {
        return directory.resolve("mosquitto.pid");
    }

    Path data() {
        return directory.resolve("data");
    }

    Path backups() {
        return data().resolve("renewal/" + NAME + "/backups");
    }

    boolean runs() {
        return running.process().isAlive();
    }

    String printed() throws Exception {
        return running.printed();
    }

    /** Lets it read its files again, and waits until it has. */
    void hangUp() throws Exception {
        int reloads = printed().split("Reloading config", -1).length;
        new ProcessBuilder("/bin/sh", "-c", "kill -HUP " + running.process().pid())
                .start()
                .waitFor();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (printed().split("Reloading config", -1).length == reloads && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Runs {@code lumia renew} with the usual configuration, and these keys of the instance in place of or beside the usual ones. */
    RenewCommandRun renew(String... settings) throws Exception {
        return RenewCommandRun.of(data(), file(settings), "--json");
    }

    Path file(String... settings) throws Exception {
        var values = new LinkedHashMap<String, String>();
        values.put("common-name", "localhost");
        values.put("threshold", "99%");
        values.put("issuer.directory-url", ca.directory("mqtt-acme"));
        values.put("issuer.challenge-address", "127.0.0.1:" + ca.http01Port);
        values.put("issuer.ca-bundle", ca.rootFile().toString());
        values.put("fallback.tries", "1");
        values.put("target.cert-file", certificate().toString());
        values.put("target.key-file", key().toString());
        values.put("target.pid-file", pidFile().toString());
        values.put("target.config-file", configuration().toString());
        values.put("test.address", "localhost:" + port);
        values.put("test.client-cert-file", directory.resolve("client.pem").toString());
        values.put("test.client-key-file", directory.resolve("client.key").toString());
        values.put("test.timeout", "5s");
        for (String setting : settings) {
            var parts = setting.split("=", 2);
            values.put(parts[0], parts[1]);
        }
        var yaml = new StringBuilder("renewal:\n  alert-command: [/bin/sh, " + alert() + "]\n");
        yaml.append("  instances:\n    " + NAME + ":\n");
        values.forEach((key, value) -> yaml.append(key.contains(".") ? "" : "      " + key + ": " + value + "\n"));
        for (String block : List.of("issuer", "fallback", "target", "test", "backup")) {
            yaml.append("      " + block + ":\n");
            values.forEach((key, value) -> yaml.append(
                    key.startsWith(block + ".")
                            ? "        " + key.substring(block.length() + 1) + ": " + value + "\n"
                            : ""));
        }
        return Files.writeString(directory.resolve("renewal.yaml"), yaml);
    }

    /** A script that writes what it is told to {@link #told}. */
    private Path alert() throws Exception {
        return Files.writeString(directory.resolve("alert"), "printenv LUMIA_DETAIL > " + told() + "\n");
    }

    Path told() {
        return directory.resolve("told");
    }

    /** A client of it that is let in. */
    MqttPeer client(Vertx vertx, String name) throws Exception {
        return client(vertx, clients.issue(name, List.of(name), Duration.ofHours(1)));
    }

    private MqttPeer client(Vertx vertx, TlsMaterial material) throws Exception {
        var options = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);
        return new MqttPeer(vertx, options, "localhost", port, ca.root(), material);
    }

    /** What it shows to whoever comes. */
    X509Certificate shown() throws Exception {
        return shown(port);
    }

    /** What the server on this port of localhost shows to whoever comes. */
    static X509Certificate shown(int port) throws Exception {
        var seen = new AtomicReference<X509Certificate>();
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Looks(seen)}, new SecureRandom());
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
        }
        return seen.get();
    }

    boolean shows(X509Certificate expected) {
        try {
            return shown().equals(expected);
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }

    Fingerprint installed() throws Exception {
        return Fingerprint.of(Pem.certificates(Files.readString(certificate())).get(0));
    }

    boolean installedIs(Fingerprint expected) {
        try {
            return installed().equals(expected);
        } catch (Exception unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
        ca.close();
    }

    private record Looks(AtomicReference<X509Certificate> seen) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new IllegalStateException("this is a client");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            seen.set(chain[0]);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
