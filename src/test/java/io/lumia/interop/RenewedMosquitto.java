package io.lumia.interop;

import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.LumiaConfig;
import io.lumia.config.TlsConfig;
import io.lumia.fakes.FleetCa;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A real Mosquitto whose certificate comes from a real step-ca, and the configuration that renews it. Its clients are of another CA. */
final class RenewedMosquitto implements AutoCloseable {
    static final String NAME = "site";

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
        port = LocalStepCa.freePort();
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
        return tls.resolve("server.pem");
    }

    Path key() {
        return tls.resolve("server.key");
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

    /** As an operator writes it, with these lines in place of or beside the usual ones; all below the instance. */
    LumiaConfig config(String... more) throws Exception {
        return new ConfigLoader()
                .load(new ConfigSources(
                        ConfigSources.STANDALONE, List.of(file(more)), Map.of(), List.of(), data(), List.of()))
                .config();
    }

    Path file(String... more) throws Exception {
        var settings = new java.util.LinkedHashMap<String, String>();
        settings.put("common-name", "localhost");
        settings.put("sans", "[localhost]");
        settings.put("threshold", "99%");
        settings.put("ca-bundle", ca.rootFile().toString());
        settings.put("target.cert-file", certificate().toString());
        settings.put("target.key-file", key().toString());
        settings.put("target.pid-file", pidFile().toString());
        settings.put("target.config-file", configuration().toString());
        settings.put("test.address", "localhost:" + port);
        settings.put("test.client-cert-file", directory.resolve("client.pem").toString());
        settings.put("test.client-key-file", directory.resolve("client.key").toString());
        settings.put("test.timeout", "5s");
        for (String line : more) {
            settings.put(line.split("=", 2)[0], line.split("=", 2)[1]);
        }
        var yaml = new StringBuilder("renewal:\n  instances:\n    " + NAME + ":\n");
        settings.forEach((key, value) -> {
            var parts = key.split("\\.");
            if (parts.length == 1) {
                yaml.append("      ").append(key).append(": ").append(value).append('\n');
            }
        });
        for (String block : List.of("target", "test", "backup")) {
            var lines = new StringBuilder();
            settings.forEach((key, value) -> {
                if (key.startsWith(block + ".")) {
                    lines.append("        ")
                            .append(key.substring(block.length() + 1))
                            .append(": ")
                            .append(value);
                    lines.append('\n');
                }
            });
            yaml.append(lines.isEmpty() ? "" : "      " + block + ":\n" + lines);
        }
        return Files.writeString(directory.resolve("renewal.yaml"), yaml);
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
        var seen = new AtomicReference<X509Certificate>();
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Looks(seen)}, new SecureRandom());
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
        }
        return seen.get();
    }

    Fingerprint installed() throws Exception {
        return Fingerprint.of(Pem.certificates(Files.readString(certificate())).get(0));
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
