package io.lumia.metrics;

import static io.lumia.bus.FleetBus.BROKER_STATISTICS;
import static io.lumia.bus.FleetBus.COUNT_CERTIFICATES;
import static io.lumia.bus.FleetBus.COUNT_OVERDUE;
import static io.lumia.bus.FleetBus.DELIVERY_STATISTICS;
import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;
import static io.lumia.bus.FleetBus.DESCRIBE_PROVISIONING;
import static io.lumia.bus.FleetBus.DEVICE_CONNECTED;
import static io.lumia.bus.FleetBus.REVOCATION_STATISTICS;
import static io.lumia.bus.FleetBus.STORE_STATISTICS;

import io.lumia.bus.Call;
import io.lumia.bus.FleetBus.CertificateDescription.Known;
import io.lumia.bus.FleetBus.CountCertificates;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.bus.FleetBus.ReadDeliveryStatistics;
import io.lumia.bus.FleetBus.ReadRevocationStatistics;
import io.lumia.bus.FleetBus.ReadStoreStatistics;
import io.lumia.config.CannotStart;
import io.lumia.config.MetricsConfig;
import io.lumia.config.RenewalConfig;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.Listeners;
import io.lumia.metrics.Readiness.Phase;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Pem;
import io.lumia.x509.Validity;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Owns the meter registry; serves {@code /metrics} and {@code /health/*}. Must be deployed first, to hear every event from the start on. */
public final class MetricsVerticle extends VerticleBase {
    private static final Duration REQUEST = Duration.ofSeconds(10);
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final MetricsConfig config;
    private final CountOverdue policy;
    private final Readiness readiness;
    private final DeviceName app;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final SampledMetrics sampled = new SampledMetrics();
    private final FleetMeters meters;
    private @Nullable WorkerExecutor worker;
    private int port;

    /** @param renewal by which devices are overdue */
    public MetricsVerticle(
            MetricsConfig config, RenewalConfig renewal, Readiness readiness, DeviceName app, Clock clock) {
        this.config = config;
        this.policy = new CountOverdue(renewal.remainingLifetime(), renewal.renewBefore());
        this.readiness = readiness;
        this.app = app;
        this.meters = new FleetMeters(registry, app, clock);
    }

    /** The port that is listened on, once deployed. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        worker = vertx.createSharedWorkerExecutor("metrics", 1);
        registry.getPrometheusRegistry().register(sampled);
        describeProcess();
        return meters.listen(vertx)
                .compose(listening -> DEVICE_CONNECTED.listen(vertx, this::connected))
                .compose(listening -> listen());
    }

    private Future<?> listen() {
        var guard = new ConnectionGuard(vertx, REQUEST);
        return vertx.createHttpServer(Listeners.options(config.host(), config.port()))
                .connectionHandler(guard::opened)
                .invalidRequestHandler(Listeners::malformed)
                .requestHandler(request -> {
                    guard.arrived(request.connection());
                    answer(request);
                })
                .listen()
                .onSuccess(server -> port = server.actualPort())
                .recover(cause -> Future.failedFuture(new CannotStart(
                        Listeners.cannotListen("metrics.port", config.host(), config.port(), cause), cause)));
    }

    private void describeProcess() {
        var version = MetricsVerticle.class.getPackage().getImplementationVersion();
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
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    private static String vertxVersion() {
        try (var text = Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
            return text == null ? "unknown" : new String(text.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    private void answer(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/metrics" -> scrape(request);
            case "/health/live" -> health(request, true);
            case "/health/started" -> health(request, readiness.phase() != Phase.STARTING);
            case "/health/ready" -> health(request, readiness.phase() == Phase.READY);
            default -> respond(request, 404, "text/plain; charset=utf-8", "not found\n");
        }
    }

    private void health(HttpServerRequest request, boolean good) {
        var phase = readiness.phase().name().toLowerCase(Locale.ROOT);
        respond(
                request,
                good ? 200 : 503,
                "application/json",
                "{\"status\":\"" + (good ? "up" : "down") + "\",\"phase\":\"" + phase + "\"}\n");
    }

    private void scrape(HttpServerRequest request) {
        sample().compose(sampledNow ->
                        Objects.requireNonNull(worker).executeBlocking(() -> registry.scrape(PROMETHEUS_TEXT), false))
                .onSuccess(text -> respond(request, 200, PROMETHEUS_TEXT, text))
                .onFailure(broken ->
                        respond(request, 500, "text/plain; charset=utf-8", "scrape failed: " + broken + "\n"));
    }

    private Future<?> sample() {
        var broker = optional(BROKER_STATISTICS, new ReadBrokerStatistics());
        var delivery = optional(DELIVERY_STATISTICS, new ReadDeliveryStatistics());
        var certificates = optional(COUNT_CERTIFICATES, new CountCertificates());
        var overdue = optional(COUNT_OVERDUE, policy);
        var provisioning = optional(DESCRIBE_PROVISIONING, new DescribeProvisioning());
        var store = optional(STORE_STATISTICS, new ReadStoreStatistics());
        var revocations = optional(REVOCATION_STATISTICS, new ReadRevocationStatistics());
        var authority = optional(DESCRIBE_AUTHORITY, new DescribeAuthority()).onSuccess(described -> {
            if (described != null) {
                meters.expiry("ca-root", validity(described.root()));
                if (described.intermediate() != null) {
                    meters.expiry("ca-intermediate", validity(described.intermediate()));
                }
            }
        });
        return Future.all(List.of(broker, delivery, certificates, overdue, provisioning, authority, revocations, store))
                .onSuccess(all -> sampled.update(
                        broker.result(),
                        delivery.result(),
                        certificates.result(),
                        overdue.result(),
                        provisioning.result(),
                        revocations.result(),
                        store.result()));
    }

    private <Q extends Record, A> Future<@Nullable A> optional(Call<Q, A> call, Q question) {
        return call.ask(vertx, question).<@Nullable A>map(answer -> answer).otherwise((A) null);
    }

    /** The application may have come back with a certificate that was issued before this start. */
    private void connected(DeviceConnected device) {
        if (device.identity().equals(app.value())) {
            DESCRIBE_CERTIFICATE
                    .ask(vertx, new DescribeCertificate(device.serial()))
                    .onSuccess(described -> {
                        if (described instanceof Known known) {
                            meters.expiry("app", known.certificate().validity());
                        }
                    });
        }
    }

    private static Validity validity(String pem) {
        return Validity.of(Pem.certificates(pem).get(0));
    }

    private static void respond(HttpServerRequest request, int status, String type, String body) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", type)
                .end(body)
                .onComplete(sent -> {});
    }
}
