package io.lumia.interop;

import io.lumia.fakes.FreePort;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A site: what {@code scripts/enroll-site.sh} left, and its own Mosquitto that bridges with it. */
final class EnrolledSite implements AutoCloseable {
    final String name;
    final Path directory;
    private final Central central;
    private final ExternalProgram bash;
    private final ExternalProgram mosquitto;
    private final int port = FreePort.anywhere();
    private ExternalProgram.Running running;

    /** @param address of the central broker, as the site reaches it */
    record Central(String caUrl, String fingerprint, String address, Path password) {}

    /** Skips the test where a program is missing. */
    EnrolledSite(String name, Central central, Path parent) throws Exception {
        this.name = name;
        this.central = central;
        directory = Files.createDirectories(parent.resolve(name));
        for (String needed : List.of("step", "openssl", "mosquitto_pub")) {
            var unused = ExternalProgram.find(needed, Map.of(), directory);
        }
        mosquitto = ExternalProgram.find("mosquitto", Map.of(), directory);
        bash = ExternalProgram.find("bash", environment(Map.of()), directory);
    }

    private Map<String, String> environment(Map<String, String> more) {
        var all = new HashMap<>(Map.of("HOME", directory.toString(), "BRIDGE_ADDRESS", central.address));
        all.putAll(more);
        return all;
    }

    /** For the first time. What the script printed. */
    String enrol(String... options) throws Exception {
        return enrol(Map.of("ENROLL_PASSWORD_FILE", central.password.toString()), options);
    }

    String enrol(Map<String, String> environment, String... options) throws Exception {
        var withIt = new ExternalProgram(bash.file(), environment(environment), directory);
        return withIt.run(command(options));
    }

    String failToEnrol(String... options) throws Exception {
        var password = Map.of("ENROLL_PASSWORD_FILE", central.password.toString());
        var withIt = new ExternalProgram(bash.file(), environment(password), directory);
        return withIt.fail(command(options));
    }

    /** Without a password. */
    String renew() throws Exception {
        return bash.run(command());
    }

    String failToRenew() throws Exception {
        return bash.fail(command());
    }

    private String[] command(String... options) {
        var command = new ArrayList<>(List.of(
                Path.of("scripts", "enroll-site.sh").toAbsolutePath().toString(),
                "-o",
                directory.resolve("certs").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of(name, central.caUrl, central.fingerprint));
        return command.toArray(String[]::new);
    }

    Path file(String file) {
        return directory.resolve("certs").resolve(file);
    }

    X509Certificate certificate() throws IOException {
        return Pem.certificates(Files.readString(file(name + ".crt"))).get(0);
    }

    void start() throws Exception {
        var configuration = Files.writeString(
                directory.resolve("mosquitto.conf"),
                String.join(
                        "\n",
                        "listener " + port + " 127.0.0.1",
                        "allow_anonymous true",
                        "user root",
                        "log_type all",
                        Files.readString(file("bridge.conf")).replace("restart_timeout 2 30", "restart_timeout 1"),
                        ""));
        running = mosquitto.begin("-c", configuration.toString());
        running.awaitPrinted("running");
    }

    /** Waits until the site's broker says this. */
    void awaitSaid(String text) throws Exception {
        running.awaitPrinted(text);
    }

    int timesSaid(String text) throws IOException {
        return running.printed().split(text, -1).length - 1;
    }

    /** As a client at the site. */
    void publish(String topic, String payload) throws Exception {
        var client = ExternalProgram.find("mosquitto_pub", Map.of(), directory);
        var unused = client.run("-p", Integer.toString(port), "-q", "1", "-t", topic, "-m", payload);
    }

    /** A client at the site, subscribed. */
    ExternalProgram.Running subscriber(String filter) throws Exception {
        var client = ExternalProgram.find("mosquitto_sub", Map.of(), directory);
        var subscriber = client.begin("-d", "-v", "-p", Integer.toString(port), "-q", "1", "-t", filter);
        subscriber.awaitPrinted("Subscribed");
        return subscriber;
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
    }
}
