package io.lumia.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.fakes.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The built jar as a child process, run as its users run it. */
final class LumiaProcess implements AutoCloseable {
    /** The machine may be busy; what is waited for is looked at often. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    /** What Java says when it was told to stop, in order or not: 128 and the number of the signal. */
    static final int STOPPED_BY_SIGTERM = 143;

    private static final long LOOK_EVERY_MILLIS = 100;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    private final Process process;
    private final Path data;
    private final Output out;
    private final Output err;

    private LumiaProcess(Process process, Path data) {
        this.process = process;
        this.data = data;
        this.out = new Output(process.getInputStream());
        this.err = new Output(process.getErrorStream());
    }

    /** How to start it; starting it twice is a restart with the same settings. */
    static final class Setup {
        private final String command;
        private final Path data;
        private final List<String> arguments = new ArrayList<>();
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> prefix = new ArrayList<>();

        private Setup(String command, Path data) {
            this.command = command;
            this.data = data;
        }

        Setup with(String key, Object value) {
            settings.put(key, String.valueOf(value));
            return this;
        }

        Setup argument(String... more) {
            arguments.addAll(List.of(more));
            return this;
        }

        Setup environment(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        /** What the process is started by, as a command that puts it into a network of its own and then becomes it. */
        Setup within(String... command) {
            prefix.addAll(List.of(command));
            return this;
        }

        LumiaProcess start() throws IOException {
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var jar = Path.of("target", "lumia.jar").toAbsolutePath();
            assertThat(jar).as("the jar is built before these tests run").isRegularFile();
            // as little compiling as possible: these processes live for seconds
            var line = new ArrayList<>(prefix);
            line.addAll(List.of(java, "-XX:TieredStopAtLevel=1", "-Xmx512m", "-jar", jar.toString()));
            line.add(command);
            line.addAll(arguments);
            line.addAll(List.of("--data", data.toString()));
            settings.forEach((key, value) -> line.addAll(List.of("--set", key + "=" + value)));
            var builder = new ProcessBuilder(line);
            builder.environment().keySet().removeIf(variable -> variable.startsWith("LUMIA_"));
            builder.environment().putAll(environment);
            var process = builder.start();
            process.getOutputStream().close();
            return new LumiaProcess(process, data);
        }
    }

    /** A fleet of its own on free ports; tests that run at once take different numbers from 1 to 9. */
    static Setup fleet(int number, Path data) throws IOException {
        return run(data)
                .with("swarm.address-range", range(number))
                .with("authority.acme.allowed-networks", range(number))
                .with("authority.acme.http01-port", FreePort.anywhere())
                .with("authority.port", 0)
                .with("authority.http-port", 0)
                .with("provisioning.port", 0)
                .with("broker.port", 0)
                .with("web.port", 0)
                .with("metrics.port", 0)
                // small machines also build while they test
                .with("provisioning.burst", 100);
    }

    static Setup run(Path data) {
        return new Setup("run", data);
    }

    static Setup swarm(Path data) {
        return new Setup("swarm", data);
    }

    static Setup ca(String name, Path data) {
        return new Setup("ca", data).argument(name);
    }

    static Setup backup(Path data) {
        return new Setup("backup", data);
    }

    static Setup restore(Path file, Path data) {
        return new Setup("restore", data).argument(file.toString());
    }

    static Setup demo(String name, Path data) {
        return new Setup("demo", data).argument(name);
    }

    static String range(int number) {
        return "127.2" + number + ".0.0/16";
    }

    Path data() {
        return data;
    }

    /** Everything printed so far, standard output first. */
    String printed() {
        return "--- standard output\n" + String.join("\n", out.lines()) + "\n--- standard error\n"
                + String.join("\n", err.lines());
    }

    List<String> outLines() {
        return out.lines();
    }

    List<String> errLines() {
        return err.lines();
    }

    LumiaProcess awaitReady() throws Exception {
        return awaitReady(PATIENCE);
    }

    LumiaProcess awaitReady(Duration patience) throws Exception {
        await("the ready line", patience, () -> out.contains("Lumia is ready in "));
        // the address lines follow in the same flush, the data directory last
        await("the address lines", () -> out.contains("  data  "));
        return this;
    }

    /** Waits until the condition holds; fails with what was printed when it does not in time or the process ends. */
    void await(String what, Callable<Boolean> condition) throws Exception {
        await(what, PATIENCE, condition);
    }

    void await(String what, Duration patience, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        boolean ended = false;
        while (!condition.call()) {
            assertThat(ended)
                    .as("%s, but the process ended\n%s", what, printed())
                    .isFalse();
            assertThat(System.nanoTime())
                    .as("%s within %s\n%s", what, patience, printed())
                    .isLessThan(end);
            ended = process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Lets it run for this long. */
    void letRun(Duration time) throws InterruptedException {
        boolean ended = process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(ended).as("it ended by itself\n%s", printed()).isFalse();
    }

    /** The port in an address line below the ready line: {@code CA, provisioning, broker, admin API, metrics}. */
    int port(String label) {
        var matcher = Pattern.compile("(?m)^  " + Pattern.quote(label) + " +\\S*?:(\\d+)(?=[/\\s]|$)")
                .matcher(String.join("\n", out.lines()));
        assertThat(matcher.find())
                .as("an address line for %s\n%s", label, printed())
                .isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    String rootFingerprint() {
        var matcher = Pattern.compile("(?m)^  root +sha256 ([0-9a-f]{64})$").matcher(String.join("\n", out.lines()));
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    /** Sum of a metric over the series whose text contains all fragments, for instance {@code qos="1"}; 0 when there is none. */
    double metric(String name, String... fragments) throws Exception {
        return scrape().lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .filter(line -> List.of(fragments).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** What Prometheus would read now. */
    String scrape() throws Exception {
        return get("http://127.0.0.1:" + port("metrics") + "/metrics", "").body();
    }

    void awaitConnections(int wanted) throws Exception {
        await(wanted + " connections", () -> metric("lumia_mqtt_connections") == wanted);
    }

    /** Asks the admin API; the path is that below {@code /api/v1}. */
    HttpResponse<String> api(String path) throws Exception {
        return get("http://127.0.0.1:" + port("admin API") + "/api/v1" + path, token());
    }

    JsonNode apiPost(String path, String body) throws Exception {
        return api("POST", path, body);
    }

    JsonNode apiPatch(String path, String body) throws Exception {
        return api("PATCH", path, body);
    }

    JsonNode apiDelete(String path) throws Exception {
        return api("DELETE", path, "");
    }

    private JsonNode api(String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("admin API") + "/api/v1" + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        var answer = HTTP.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSON.readTree(answer.body());
    }

    /** All certificates that were ever issued. */
    List<JsonNode> certificates() throws Exception {
        var all = new ArrayList<JsonNode>();
        JsonNode page;
        do {
            page = JSON.readTree(
                    api("/certificates?size=1000&page=" + all.size() / 1000).body());
            page.path("certificates").forEach(all::add);
        } while (all.size() < page.path("total").asInt());
        return all;
    }

    private String token() throws IOException {
        return Files.readString(data.resolve("admin-token")).strip();
    }

    private static HttpResponse<String> get(String url, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** Sends a signal, as {@code STOP} or {@code CONT}. */
    void signal(String name) throws IOException, InterruptedException {
        var sent = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(sent.waitFor()).isZero();
    }

    /** Ends it as a power cut would. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Tells it to stop (SIGTERM). @return its exit code */
    int stop() throws InterruptedException {
        // Process.destroy would also close its streams, and with them the last lines
        process.toHandle().destroy();
        return exitCode();
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        return exitCode(PATIENCE);
    }

    int exitCode(Duration patience) throws InterruptedException {
        assertThat(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS))
                .as("it ends\n%s", printed())
                .isTrue();
        out.drained();
        err.drained();
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lines of one stream, read as they come. */
    private static final class Output {
        private final List<String> lines = new ArrayList<>();
        private final Thread reader;

        Output(InputStream stream) {
            reader = new Thread(() -> read(stream), "lumia-process-output");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream stream) {
            try (var text = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
                for (var line = text.readLine(); line != null; line = text.readLine()) {
                    synchronized (lines) {
                        lines.add(line);
                    }
                }
            } catch (IOException killed) {
                // what was read until then counts
            }
        }

        List<String> lines() {
            synchronized (lines) {
                return List.copyOf(lines);
            }
        }

        boolean contains(String part) {
            return lines().stream().anyMatch(line -> line.contains(part));
        }

        void drained() throws InterruptedException {
            reader.join(10_000);
        }
    }
}
