package io.lumia.metrics;

import static io.lumia.bus.FleetBus.CHECK_STORE;
import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;
import static io.lumia.bus.FleetBus.DEVICE_CONNECTED;

import io.lumia.bus.Call;
import io.lumia.bus.FleetBus.CertificateDescription.Known;
import io.lumia.bus.FleetBus.CheckStore;
import io.lumia.bus.FleetBus.ClusterState;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.StoreCheck;
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
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Owns the meter registry; serves {@code /metrics} and {@code /health/*}. Must be deployed first, to hear every event from the start on. */
public final class MetricsVerticle extends VerticleBase {
    private static final Duration REQUEST = Duration.ofSeconds(10);
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private final MetricsConfig config;
    private final RenewalConfig renewal;
    private final WorkerPools pools;
    private final Readiness readiness;
    private final DeviceName app;
    private final PrometheusMeterRegistry registry = ProcessMetrics.registry();
    private final SampledMetrics sampled = new SampledMetrics();
    private final WebMetrics web = new WebMetrics();
    private final AuditMetrics audit = new AuditMetrics();
    private final ClusterMetrics cluster = new ClusterMetrics();
    private final FleetMeters meters;
    private final ProcessMetrics process = new ProcessMetrics();
    private @Nullable WorkerExecutor worker;
    private @Nullable Sampling sampling;
    private volatile long scrapeNanos;
    private volatile int scrapeBytes;
    private int port;

    /**
     * @param renewal by which devices are overdue
     * @param pools with which the Vert.x instance was made
     */
    public MetricsVerticle(
            MetricsConfig config,
            RenewalConfig renewal,
            Readiness readiness,
            DeviceName app,
            WorkerPools pools,
            Clock clock) {
        this.config = config;
        this.renewal = renewal;
        this.pools = pools;
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
        sampling = new Sampling(vertx, renewal, config.soonest());
        worker = vertx.createSharedWorkerExecutor("metrics", 1);
        registry.getPrometheusRegistry().register(sampled);
        registry.getPrometheusRegistry().register(web);
        registry.getPrometheusRegistry().register(pools);
        registry.getPrometheusRegistry().register(audit);
        registry.getPrometheusRegistry().register(cluster);
        process.bind(vertx, registry);
        tellCost();
        return meters.listen(vertx)
                .compose(listening -> DEVICE_CONNECTED.listenHere(vertx, this::connected))
                .compose(listening -> cluster.listen(vertx))
                .compose(listening -> listen());
    }

    @Override
    public Future<?> stop() {
        process.close();
        return Future.succeededFuture();
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

    private void answer(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/metrics" -> scrape(request);
            case "/health/live" -> health(request, true);
            case "/health/started" -> health(request, readiness.phase() != Phase.STARTING);
            case "/health/ready" -> ready(request);
            default -> respond(request, 404, "text/plain; charset=utf-8", "not found\n");
        }
    }

    /** A node that cannot reach its database answers nobody, so nobody is sent to it; one that sees no other node serves as before. */
    private void ready(HttpServerRequest request) {
        if (readiness.phase() != Phase.READY) {
            health(request, false);
            return;
        }
        CHECK_STORE
                .ask(vertx, new CheckStore())
                .map(StoreCheck::reachable)
                .otherwise(Call::isAbsent)
                .onSuccess(reachable -> health(request, reachable));
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
        long begun = System.nanoTime();
        var asked = Objects.requireNonNull(sampling).ask().onSuccess(this::sampled);
        Future.all(asked, audit.sample(vertx), cluster.sample(vertx).onSuccess(this::ownCertificate))
                .compose(sample ->
                        Objects.requireNonNull(worker).executeBlocking(() -> registry.scrape(PROMETHEUS_TEXT), false))
                .onSuccess(text -> {
                    respond(request, 200, PROMETHEUS_TEXT, text);
                    scrapeNanos = System.nanoTime() - begun;
                    scrapeBytes = text.length();
                })
                .onFailure(broken ->
                        respond(request, 500, "text/plain; charset=utf-8", "scrape failed: " + broken + "\n"));
    }

    private void ownCertificate(Optional<ClusterState> state) {
        state.ifPresent(node -> meters.expiry("node", node.certificate()));
    }

    private void sampled(Sample sample) {
        sampled.update(sample);
        web.update(sample.pages());
        var authority = sample.authority();
        if (authority != null) {
            meters.expiry("ca-root", validity(authority.root()));
            if (authority.intermediate() != null) {
                meters.expiry("ca-intermediate", validity(authority.intermediate()));
            }
        }
    }

    /** What watching costs is told by the scrape that comes next. */
    private void tellCost() {
        Gauge.builder("lumia.scrape.duration", () -> scrapeNanos / NANOS_PER_SECOND)
                .description("Time that the scrape before this one took, its questions to the parts included")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("lumia.scrape.size", () -> scrapeBytes)
                .description("Size of the scrape before this one, uncompressed")
                .baseUnit("bytes")
                .register(registry);
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
