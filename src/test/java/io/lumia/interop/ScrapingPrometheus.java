package io.lumia.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.fakes.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A real Prometheus that scrapes every second, with the rules that Lumia brings. */
public final class ScrapingPrometheus implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = FreePort.anywhere();
    private final ExternalProgram.Running running;

    /** @param targets host and port by job */
    public ScrapingPrometheus(Path directory, Map<String, String> targets) throws IOException, InterruptedException {
        this(directory, Path.of("grafana", "prometheus").toAbsolutePath(), targets);
    }

    /** @param rules where {@code recordings.yml} and {@code alerts.yml} are */
    public ScrapingPrometheus(Path directory, Path rules, Map<String, String> targets)
            throws IOException, InterruptedException {
        var jobs = new StringBuilder();
        targets.forEach((job, target) -> jobs.append("""
                  - job_name: %s
                    static_configs: [{targets: ["%s"]}]
                """.formatted(job, target)));
        var file = Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: ["%s/recordings.yml", "%s/alerts.yml"]
                scrape_configs:
                """.formatted(rules, rules) + jobs);
        running = ExternalProgram.find("prometheus", Map.of(), directory)
                .begin(
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.resolve("series"),
                        "--web.listen-address=127.0.0.1:" + port);
        running.awaitPrinted("Server is ready to receive web requests");
    }

    /**
     * When each alert was firing for the first time, in seconds since 1970.
     *
     * @param labels more that they must have, {@code identity!="app"}; empty: none
     */
    public Map<String, Double> firedFirst(String labels) throws IOException, InterruptedException {
        return firsts("alertname", "ALERTS{alertstate=\"firing\"," + labels + "}");
    }

    /** When the expression had its first series, by this label; within the last quarter of an hour. */
    public Map<String, Double> firsts(String label, String expression) throws IOException, InterruptedException {
        var firsts = new TreeMap<String, Double>();
        for (JsonNode each : series("min by (" + label + ") (min_over_time(timestamp(" + expression + ")[15m:1s]))")) {
            firsts.put(each.path("metric").path(label).asText(), number(each));
        }
        return firsts;
    }

    /** The greatest that the expression ever was within the last quarter of an hour; 0 when it never had a series. */
    public double most(String expression) throws IOException, InterruptedException {
        double most = 0;
        for (JsonNode each : series("max_over_time((" + expression + ")[15m:1s])")) {
            most = Math.max(most, number(each));
        }
        return most;
    }

    private static double number(JsonNode series) {
        return series.path("value").path(1).asDouble();
    }

    /** The series of an expression now. */
    public JsonNode series(String expression) throws IOException, InterruptedException {
        var body = "query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(address("/api/v1/query"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body))
                .build();
        var answer = JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
        if (!answer.path("status").asText().equals("success")) {
            throw new AssertionError(expression + ": " + answer);
        }
        return answer.path("data").path("result");
    }

    JsonNode data(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(address(path)).build();
        return JSON.readTree(http.send(request, BodyHandlers.ofString()).body()).path("data");
    }

    String printed() throws IOException {
        return running.printed();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() {
        running.close();
    }
}
