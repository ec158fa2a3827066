package io.lumia.bench;

import io.lumia.bench.mqtt.Credential;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sets brokers up on free ports of loopback, all with certificates of the same authority and the same rights for devices: Lumia's own, which runs
 * beside its broker as in production.
 */
final class Brokers {
    static final String OPERATOR = "bench-observer";

    private static final List<Path> MOSQUITTO_PLACES =
            List.of(Path.of("/usr/sbin/mosquitto"), Path.of("/usr/local/sbin/mosquitto"));

    private final Surroundings surroundings;
    private final Broker lumia;
    private final AdminApi api;

    /** Starts Lumia, whose authority every broker needs. */
    Brokers(Surroundings surroundings) throws IOException, BenchFailed, InterruptedException {
        this.surroundings = surroundings;
        var data = surroundings.directory(Broker.LUMIA);
        int web = Surroundings.freePort();
        int port = Surroundings.freePort();
        var settings = Files.writeString(data.resolveSibling("lumia.yaml"), """
                parts: [authority, broker, web]
                authority: {port: 0, http-port: 0, acme: {bind-fleet-names: false}}
                web: {port: %d}
                broker:
                  port: %d
                  rules: [{identity: %s, subscribe: ["devices/#"]}]
                """.formatted(web, port, OPERATOR));
        var command = new ArrayList<>(Subjects.javaCommand());
        command.addAll(List.of("run", "--profile", "reference", "--config", settings.toString()));
        command.addAll(List.of("--data", data.toString()));
        lumia = new Broker(Broker.LUMIA, port, () -> started(command));
        api = new AdminApi(
                surroundings.vertx(),
                web,
                Files.readString(data.resolve("admin-token")).strip());
    }

    private ServerProcess started(List<String> command) throws IOException, BenchFailed, InterruptedException {
        var process = surroundings.start(Broker.LUMIA, command, Map.of());
        process.await(() -> process.said("Lumia is ready in "));
        return process;
    }

    Broker lumia() {
        return lumia;
    }

    AdminApi api() {
        return api;
    }

    /** Where it is installed. */
    static Optional<String> mosquittoProgram() {
        return Subjects.onPath(Broker.MOSQUITTO)
                .or(() -> MOSQUITTO_PLACES.stream()
                        .filter(Files::isExecutable)
                        .map(Path::toString)
                        .findFirst());
    }

    /** Mosquitto with mTLS, the identity from the certificate, each device's own topics, and limits like ours. */
    Broker mosquitto() throws IOException, BenchFailed, InterruptedException {
        var home = surroundings.directory(Broker.MOSQUITTO);
        int port = Surroundings.freePort();
        certify(home);
        Files.writeString(home.resolve("acl"), """
                pattern readwrite devices/%%u/#
                user %s
                topic read devices/#
                """.formatted(OPERATOR));
        var configuration = Files.writeString(home.resolve("mosquitto.conf"), """
                user %s
                listener %d 127.0.0.1
                cafile %s
                certfile %s
                keyfile %s
                require_certificate true
                use_identity_as_username true
                acl_file %s
                persistence true
                persistence_location %s/
                set_tcp_nodelay true
                max_inflight_messages 100
                max_queued_messages 1000
                log_dest stderr
                log_type error
                log_type warning
                log_type notice
                log_type information
                connection_messages false
                """.formatted(
                        System.getProperty("user.name"),
                        port,
                        home.resolve("root.pem"),
                        home.resolve("server.pem"),
                        home.resolve("server.key"),
                        home.resolve("acl"),
                        home));
        var program = mosquittoProgram().orElseThrow(() -> new BenchFailed("mosquitto was not found"));
        return new Broker(Broker.MOSQUITTO, port, () -> {
            var process =
                    surroundings.start(Broker.MOSQUITTO, List.of(program, "-c", configuration.toString()), Map.of());
            process.await(() -> process.said(" running"));
            return process;
        });
    }

    /** Puts a new certificate where Mosquitto reads it. */
    void certify(Path home) throws IOException, BenchFailed {
        var issued = api.server("localhost");
        Credential server = issued.credential();
        Files.writeString(home.resolve("server.pem"), issued.chainPem());
        Files.writeString(home.resolve("server.key"), Pem.of(server.key()));
        Files.writeString(home.resolve("root.pem"), issued.anchor());
    }

    /** Replaces the certificate that a broker serves. */
    void renewCertificate(Broker broker) throws IOException, BenchFailed, InterruptedException {
        if (broker.isOurs()) {
            api.renewBroker();
        } else {
            certify(surroundings.path(Broker.MOSQUITTO));
            broker.hangUp();
        }
    }
}
