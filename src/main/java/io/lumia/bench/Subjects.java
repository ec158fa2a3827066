package io.lumia.bench;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Sets the authorities up as their documents say, on free ports of loopback, and starts them. */
final class Subjects {
    static final String LUMIA = "lumia";
    /** Ours with its store in the PostgreSQL that the environment names. */
    static final String LUMIA_SHARED = "lumia-postgresql";

    static final String STEP_CA = "step-ca";
    static final String STORE = "LUMIA_STORE_URL";
    private static final String STORE_PASSWORD = "LUMIA_STORE_PASSWORD";

    private static final String PASSWORD = "measured";

    private final Surroundings surroundings;

    Subjects(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** The authority alone, from the same jar and with the same flags for Java as this process. */
    Subject lumia() throws IOException, BenchFailed, InterruptedException {
        return lumia(LUMIA, Map.of());
    }

    /** The same with its store in PostgreSQL. */
    Subject shared() throws IOException, BenchFailed, InterruptedException {
        var environment = new HashMap<>(System.getenv());
        environment.keySet().retainAll(List.of(STORE, STORE_PASSWORD));
        return lumia(LUMIA_SHARED, environment);
    }

    private Subject lumia(String name, Map<String, String> environment)
            throws IOException, BenchFailed, InterruptedException {
        var data = surroundings.directory(name);
        int port = Surroundings.freePort();
        var command = new ArrayList<>(javaCommand());
        command.addAll(List.of("run", "--profile", "reference", "--data", data.toString()));
        for (String setting : List.of(
                "parts=authority",
                "authority.port=" + port,
                "authority.http-port=0",
                "authority.acme.http01-port=" + surroundings.challenges().port(),
                "authority.acme.resolver=" + surroundings.resolver(),
                "authority.acme.allowed-networks=127.0.0.0/8")) {
            command.addAll(List.of("--set", setting));
        }
        var process = surroundings.start(name, command, environment);
        process.await(() -> process.said("Lumia is ready in "));
        var password = Files.readString(data.resolve("ca/provisioner-password")).strip();
        return new Subject(name, process, new Subject.Addresses(port, data.resolve("ca/root.crt"), password));
    }

    /** step-ca as {@code step ca init} sets it up: badger database, a JWK and an ACME provisioner. */
    Subject stepCa() throws IOException, BenchFailed, InterruptedException {
        var home = surroundings.directory(STEP_CA);
        int port = Surroundings.freePort();
        var password = Files.writeString(home.resolve("password"), PASSWORD).toString();
        var environment = Map.of("STEPPATH", home.toString());
        var init = surroundings.start(
                "step",
                List.of(
                        onPath("step").orElseThrow(() -> new BenchFailed("step was not found on PATH")),
                        "ca",
                        "init",
                        "--name=bench",
                        "--dns=localhost",
                        "--dns=127.0.0.1",
                        "--address=127.0.0.1:" + port,
                        "--provisioner=jwk",
                        "--acme",
                        "--deployment-type=standalone",
                        "--password-file=" + password,
                        "--provisioner-password-file=" + password),
                environment);
        init.mustSucceed();
        var process = surroundings.start(
                STEP_CA,
                List.of(
                        onPath(STEP_CA).orElseThrow(() -> new BenchFailed(STEP_CA + " was not found on PATH")),
                        home.resolve("config/ca.json").toString(),
                        "--password-file=" + password,
                        "--insecure",
                        "--acme-http-port=" + surroundings.challenges().port(),
                        "--resolver=" + surroundings.resolver()),
                environment);
        process.await(() -> process.said("Serving HTTPS on "));
        return new Subject(STEP_CA, process, new Subject.Addresses(port, home.resolve("certs/root_ca.crt"), PASSWORD));
    }

    /** The program's path, where there is one that may be run. */
    static Optional<String> onPath(String program) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** Debuggers and profilers of this process are not those of the one that is measured. */
    static List<String> javaCommand() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X"))
                .filter(flag -> !flag.startsWith("-Xrunjdwp"))
                .forEach(command::add);
        var classPath = System.getProperty("java.class.path");
        command.addAll(
                classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)
                        ? List.of("-jar", classPath)
                        : List.of("-cp", classPath, "io.lumia.Lumia"));
        return command;
    }
}
