package io.lumia.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What runs, and what it takes: memory, collections, threads, files, CPU, event loops. */
final class ProcessMetrics {
    private static final Path MEMORY = Path.of("/proc/self/status");

    /** Of the many that Micrometer offers. */
    private static final List<String> LEFT_OUT =
            List.of("jvm.threads.states", "jvm.memory.committed", "jvm.buffer.count");

    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final EventLoops loops = new EventLoops(System::nanoTime);

    /** One that leaves out what nobody draws. */
    static PrometheusMeterRegistry registry() {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        LEFT_OUT.forEach(name -> registry.config().meterFilter(MeterFilter.denyNameStartsWith(name)));
        return registry;
    }

    /** Measures until {@link #close}. */
    void bind(Vertx vertx, MeterRegistry registry) {
        describe(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        if (Files.isReadable(MEMORY)) {
            Gauge.builder("process.resident.memory", ProcessMetrics::residentBytes)
                    .description("Memory of the process that is in RAM")
                    .baseUnit("bytes")
                    .register(registry);
        }
        loops.watch(((VertxInternal) vertx).eventLoopGroup(), registry);
    }

    void close() {
        collections.close();
        loops.close();
    }

    private static void describe(MeterRegistry registry) {
        var version = ProcessMetrics.class.getPackage().getImplementationVersion();
        Gauge.builder("lumia.build.info", () -> 1)
                .description("Always 1; the labels tell what runs")
                .tags(
                        "version",
                        version == null ? "development" : version,
                        "java",
                        System.getProperty("java.version", "unknown"),
                        "vertx",
                        vertxVersion())
                .register(registry);
    }

    private static String vertxVersion() {
        try (var text = Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
            return text == null ? "unknown" : new String(text.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    /** Linux tells it in kB; NaN where it does not. */
    private static double residentBytes() {
        try (var lines = Files.lines(MEMORY)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException | NumberFormatException unreadable) {
            return Double.NaN;
        }
    }
}
