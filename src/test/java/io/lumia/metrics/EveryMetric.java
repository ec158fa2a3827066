package io.lumia.metrics;

import io.lumia.bus.Call;
import io.lumia.bus.Event;
import io.lumia.bus.FleetBus;
import io.lumia.config.MetricsConfig;
import io.lumia.config.RenewalConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Every metric that a process can show, found by telling the metrics part of everything that the bus knows and reading what it serves. */
public final class EveryMetric {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final DeviceName APP = new DeviceName("lumia-app");
    private static final Pattern ABOUT = Pattern.compile("(?m)^# (HELP|TYPE) (\\w+) (.*)$");
    private static final Pattern SERIES = Pattern.compile("(?m)^(\\w+?)(?:_bucket|_sum|_count)?(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private final Map<String, String> helps = new TreeMap<>();
    private final Map<String, String> types = new TreeMap<>();
    private final Map<String, Map<String, TreeSet<String>>> labels = new TreeMap<>();

    private EveryMetric() {}

    /**
     * One metric of ours.
     *
     * @param type counter, gauge or histogram
     * @param labels their names
     */
    public record Metric(String name, String type, List<String> labels, String help) {}

    /** By name; those of the JVM and the process, which Micrometer makes, are left out. */
    public static List<Metric> all() throws IOException {
        var found = new EveryMetric();
        found.read(scrape());
        return found.types.keySet().stream()
                .filter(name -> name.startsWith("lumia_"))
                .map(found::metric)
                .toList();
    }

    private Metric metric(String name) {
        var own = labels.getOrDefault(name, Map.of()).keySet().stream()
                .filter(label -> !label.equals("le"))
                .toList();
        return new Metric(name, types.getOrDefault(name, ""), own, helps.getOrDefault(name, ""));
    }

    private void read(String text) {
        ABOUT.matcher(text)
                .results()
                .forEach(line -> (line.group(1).equals("HELP") ? helps : types).put(line.group(2), line.group(3)));
        SERIES.matcher(text).results().forEach(line -> {
            var name = types.containsKey(line.group(1))
                    ? line.group(1)
                    : line.group().replaceAll("[{ ].*", "");
            var of = labels.computeIfAbsent(name, first -> new TreeMap<>());
            LABEL.matcher(String.valueOf(line.group(2)))
                    .results()
                    .forEach(label -> of.computeIfAbsent(label.group(1), first -> new TreeSet<>())
                            .add(label.group(2)));
        });
    }

    private static String scrape() throws IOException {
        var pools = new WorkerPools();
        var vertx = Vertx.builder().with(new VertxOptions()).withMetrics(pools).build();
        try {
            FleetBus.install(vertx);
            var metrics = new MetricsVerticle(
                    new MetricsConfig("127.0.0.1", 0, 2),
                    new RenewalConfig(0.333, null, 0.333, Duration.ofHours(1)),
                    new Readiness(),
                    APP,
                    pools,
                    new MovableClock(NOW));
            Await.result(vertx.deployVerticle(metrics));
            tellEverything(vertx);
            var text = "";
            for (int look = 0; look < 2; look++) { // an answer to what an event made it ask may come after the first
                text = read(metrics.port());
            }
            return text;
        } finally {
            Await.result(vertx.close());
        }
    }

    private static void tellEverything(Vertx vertx) {
        var synthetic = new SyntheticRecords(Pem.of(new FleetCa(new MovableClock(NOW)).root()), APP);
        var served = new ArrayList<Future<?>>();
        for (Call<?, ?> call : constants(Call.class)) {
            served.add(serve(vertx, call, synthetic));
        }
        Await.result(Future.all(served));
        for (Event<?> event : constants(Event.class)) {
            publish(vertx, event, synthetic);
        }
    }

    private static <Q extends Record, A> Future<Void> serve(Vertx vertx, Call<Q, A> call, SyntheticRecords synthetic) {
        return call.serve(vertx, question -> Future.succeededFuture(synthetic.of(call.answer())));
    }

    private static <E extends Record> void publish(Vertx vertx, Event<E> event, SyntheticRecords synthetic) {
        event.publish(vertx, synthetic.of(event.fact()));
    }

    private static <T> List<T> constants(Class<T> type) {
        return Arrays.stream(FleetBus.class.getFields())
                .filter(field -> field.getType() == type)
                .map(field -> type.cast(value(field)))
                .collect(Collectors.toList());
    }

    private static Object value(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String read(int port) throws IOException {
        try (InputStream answer =
                URI.create("http://127.0.0.1:" + port + "/metrics").toURL().openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
