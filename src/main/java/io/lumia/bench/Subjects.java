package io.lumia.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Starts the CAs that are measured, each as its operator would: an empty database on disk with its usual durability, on loopback. */
final class Subjects {
    static final String LUMIA = "lumia";
    static final String STEP_CA = "step-ca";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAIN = "io.lumia.Lumia";
    private static final String PASSWORD = "bench-provisioner";

    private final Workbench bench;
    private final Outside outside;
    private final List<String> javaOptions;

    /**
     * @param outside where the CAs find names and challenges
     * @param javaOptions further ones for our own process
     */
    Subjects(Workbench bench, Outside outside, List<String> javaOptions) {
        this.bench = bench;
        this.outside = outside;
        this.javaOptions = javaOptions;
    }

    /** Whether all that it needs is installed. */
    static boolean isInstalled(String subject) {
        return subject.equals(LUMIA) || (isOnPath("step-ca") && isOnPath("step"));
    }

    Subject start(String subject) throws IOException, InterruptedException {
        return subject.equals(LUMIA) ? lumia() : stepCa();
    }

    /** By the same Java, options and class path as this process. */
    private Subject lumia() throws IOException, InterruptedException {
        var home = bench.directory(LUMIA);
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("-D"))
                .forEach(command::add);
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, "run"));
        command.addAll(List.of("--data", home.resolve("data").toString()));
        Stream.of(
                        "parts=authority",
                        "authority.port=0",
                        "authority.http-port=0",
                        "authority.acme.http01-port=" + outside.challengePort(),
                        "authority.acme.resolver=127.0.0.1:" + outside.namePort(),
                        "authority.acme.allowed-networks=127.0.0.1/32",
                        "authority.step-api.provisioner-password-file=" + passwordFile(home))
                .forEach(setting -> command.addAll(List.of("--set", setting)));
        var process = bench.keep(ServerProcess.start(LUMIA, command, Map.of(), home.resolve("output")));
        var url = process.await(() -> readyLine(process.said()));
        var provisioner = JSON.readTree(home.resolve("data/ca/provisioner.json").toFile());
        return new Subject(
                LUMIA,
                process,
                url,
                URI.create(url + "/acme/acme/directory"),
                Files.readString(home.resolve("data/ca/root.crt")),
                TokenSigner.open("jwk", provisioner.path("encryptedKey").asText(), PASSWORD));
    }

    /** The address of the CA, once all its lines are there. */
    private static Optional<URI> readyLine(String said) {
        return said.contains("\n  data ")
                ? said.lines()
                        .filter(line -> line.startsWith("  CA  "))
                        .map(line ->
                                URI.create(line.substring("  CA  ".length()).strip()))
                        .findFirst()
                : Optional.empty();
    }

    /** Set up by its own {@code init} with what that chooses: badger, JWK and ACME provisioner. */
    private Subject stepCa() throws IOException, InterruptedException {
        var home = bench.directory(STEP_CA);
        var password = passwordFile(home).toString();
        int port = Workbench.freePort();
        var init = "step ca init --acme --name Bench --dns localhost --provisioner admin --deployment-type standalone";
        var command = new ArrayList<>(List.of(init.split(" ")));
        command.addAll(List.of("--address", "127.0.0.1:" + port));
        command.addAll(List.of("--password-file", password, "--provisioner-password-file", password));
        var environment = Map.of("STEPPATH", home.toString());
        ServerProcess.run("step ca init", command, environment, home.resolve("init-output"));

        var configuration = home.resolve("config/ca.json");
        var process = bench.keep(ServerProcess.start(
                STEP_CA,
                List.of(
                        "step-ca",
                        configuration.toString(),
                        "--password-file",
                        password,
                        "--insecure",
                        "--acme-http-port",
                        String.valueOf(outside.challengePort()),
                        "--resolver",
                        "127.0.0.1:" + outside.namePort()),
                environment,
                home.resolve("output")));
        var url = process.await(() -> listens(port));
        var provisioner = JSON.readTree(configuration.toFile()).at("/authority/provisioners/0");
        return new Subject(
                STEP_CA,
                process,
                url,
                URI.create(url + "/acme/acme/directory"),
                Files.readString(home.resolve("certs/root_ca.crt")),
                TokenSigner.open("admin", provisioner.path("encryptedKey").asText(), PASSWORD));
    }

    private static Optional<URI> listens(int port) {
        try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return Optional.of(URI.create("https://localhost:" + probe.getPort()));
        } catch (IOException notYet) {
            return Optional.empty();
        }
    }

    private static Path passwordFile(Path home) throws IOException {
        return Files.writeString(home.resolve("password"), PASSWORD);
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
