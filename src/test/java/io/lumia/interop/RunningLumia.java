package io.lumia.interop;

import io.lumia.fakes.FreePort;
import io.lumia.fakes.RawTls;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The whole system as a process of its own, on free ports, with devices on addresses of their own. */
final class RunningLumia {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final long LOOK_EVERY_NANOS = 50_000_000;
    private static final int LAST_LINES = 60;

    final Path data;
    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> said = new CopyOnWriteArrayList<>();

    /** @param addresses range of the simulated devices, which nobody else uses meanwhile */
    RunningLumia(Path data, String addresses, int devices, String... settings) throws Exception {
        this("standalone", data, addresses, devices, settings);
    }

    /** Of another profile. */
    static RunningLumia ofProfile(String profile, Path data, String addresses, int devices, String... settings)
            throws Exception {
        return new RunningLumia(profile, data, addresses, devices, settings);
    }

    private RunningLumia(String profile, Path data, String addresses, int devices, String... settings)
            throws Exception {
        this(
                profile,
                data,
                "All " + devices + " devices are connected",
                Map.of(),
                Stream.concat(
                                Stream.of(
                                        "authority.acme.http01-port=" + FreePort.anywhere(),
                                        "authority.acme.allowed-networks=" + addresses,
                                        "swarm.address-range=" + addresses,
                                        "swarm.telemetry-interval=300ms",
                                        "swarm.devices=" + devices),
                                Stream.of(settings))
                        .toList());
    }

    /** Without devices; ready as soon as its parts are. */
    static RunningLumia withoutDevices(
            String profile, Path data, Map<String, String> environment, List<String> settings) throws Exception {
        return new RunningLumia(profile, data, "  data ", environment, settings);
    }

    private RunningLumia(
            String profile, Path data, String ready, Map<String, String> environment, List<String> settings)
            throws Exception {
        this.data = data;
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx300m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.lumia.Lumia",
                "run",
                "--profile",
                profile,
                "--data",
                data.toString()));
        var all = new ArrayList<>(List.of(
                "authority.port=0",
                "authority.http-port=0",
                "provisioning.port=0",
                "broker.port=0",
                "web.port=0",
                "metrics.port=0"));
        all.addAll(settings);
        all.forEach(setting -> command.addAll(List.of("--set", setting)));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        process = builder.start();
        var connected = new CompletableFuture<Boolean>();
        var reader = new Thread(() -> read(connected, ready), "lumia-output");
        reader.setDaemon(true);
        reader.start();
        try {
            if (!connected.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("did not start: " + String.join("\n", said));
            }
        } catch (TimeoutException late) {
            process.destroyForcibly();
            throw new AssertionError("did not start in time: " + lastSaid(), late);
        }
    }

    int caPort() {
        return port("CA");
    }

    /** Of CRL and OCSP. */
    String plainCa() {
        return address("CA, plain");
    }

    /** Where the web interface is. */
    String web() {
        return address("admin API");
    }

    int brokerPort() {
        return port("broker");
    }

    int metricsPort() {
        return port("metrics");
    }

    Path root() {
        return data.resolve("ca/root.crt");
    }

    Path identity(String name) {
        return data.resolve("identities").resolve(name);
    }

    /** Asks the admin API with its token. */
    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    /** Asks the admin API with its token. */
    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    /** The admin token. */
    String token() throws IOException {
        return Files.readString(data.resolve("admin-token")).strip();
    }

    /** Of the admin API, {@code /api/v1} included. */
    URI admin() {
        return URI.create(address("admin API"));
    }

    private HttpRequest.Builder request(String path) throws IOException {
        return HttpRequest.newBuilder(URI.create(admin() + path)).header("Authorization", "Bearer " + token());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        var client = request.uri().getScheme().equals("https") ? RawTls.http(Files.readString(root())) : http;
        return client.send(request, BodyHandlers.ofString());
    }

    /** Where devices ask for their first certificate. */
    URI provisioning() {
        return URI.create(address("provisioning"));
    }

    /** Waits until it is as much as this, at least. */
    void awaitMetric(String name, double least) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (metric(name) < least) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(name + " did not come to " + least + ":\n" + lastSaid());
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    /** Sum of the samples of a metric whose labels have all these parts; 0 where there is none. */
    double metric(String name, String... parts) throws IOException, InterruptedException {
        var scrape =
                http.send(HttpRequest.newBuilder(URI.create(address("metrics"))).build(), BodyHandlers.ofString());
        return scrape.body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .filter(line -> List.of(parts).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Everything printed so far that has this in it. */
    List<String> said(String part) {
        return said.stream().filter(line -> line.contains(part)).toList();
    }

    private String lastSaid() {
        return said.stream().skip(Math.max(0, said.size() - LAST_LINES)).collect(Collectors.joining("\n"));
    }

    private int port(String what) {
        return URI.create(address(what)).getPort();
    }

    /** As the ready lines tell it. */
    private String address(String what) {
        var begin = "  " + what + " ";
        return said.stream()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.substring(begin.length()).strip().split(" ")[0])
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line for " + what + " in " + said));
    }

    private void read(CompletableFuture<Boolean> connected, String awaited) {
        try (BufferedReader lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.startsWith(awaited)) {
                    connected.complete(true);
                }
            }
        } catch (IOException ended) {
            said.add(ended.toString());
        }
        connected.complete(false);
    }

    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
