package io.lumia.renewal;

import io.lumia.config.EmqxConfig;
import io.lumia.config.RenewalConfig;
import io.lumia.config.RenewalInstanceConfig;
import io.lumia.config.TlsConfig;
import io.lumia.emqx.EmqxApi;
import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RenewalRun.Outcome;
import io.lumia.mqtt.MqttClient;
import io.lumia.renewal.target.RestartPace;
import io.lumia.renewal.target.Targets;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Renews the certificates of the configured instances, each by the nine steps; any number of them side by side. */
public final class Renewals implements AutoCloseable {
    private static final int THREADS = 8;
    private static final Duration LONGEST_WORK = Duration.ofMinutes(5);

    /** No further attempts. */
    public static final List<Duration> ONCE = List.of();
    /** Two further attempts, within the minute that a renewal may take. */
    public static final List<Duration> PATIENTLY = List.of(Duration.ofSeconds(5), Duration.ofSeconds(15));

    private static final Set<String> MAY_PASS =
            Set.of(IssuanceFailed.Reason.UNREACHABLE.label(), IssuanceFailed.Reason.CHALLENGE.label());

    private final Vertx vertx;
    private final RenewalConfig config;
    private final TlsConfig tls;
    private final Path data;
    private final Sources sources;
    private final Clock clock;
    private final WorkerExecutor workers;
    private final Targets targets;
    private final MqttClient mqtt;
    private final RunLocks locks = new RunLocks();
    private final RenewalAlert alert;

    /** Where the certificates of an instance come from. */
    @FunctionalInterface
    public interface Sources {
        /** Called on a worker. @throws IllegalArgumentException naming the key that is wrong, and the remedy */
        CertificateSource of(String instance, RenewalInstanceConfig config);
    }

    /** For targets without EMQX. */
    public Renewals(Vertx vertx, RenewalConfig config, TlsConfig tls, Path data, Sources sources, Clock clock) {
        this(vertx, config, tls, EmqxConfig.NONE, data, sources, clock);
    }

    /** @param data directory below which locks and backups are */
    public Renewals(
            Vertx vertx,
            RenewalConfig config,
            TlsConfig tls,
            EmqxConfig emqx,
            Path data,
            Sources sources,
            Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.tls = tls;
        this.data = data;
        this.sources = sources;
        this.clock = clock;
        this.workers = vertx.createSharedWorkerExecutor(
                "lumia-renewal", THREADS, LONGEST_WORK.toMillis(), TimeUnit.MILLISECONDS);
        this.targets = new Targets(
                workers, new RestartPace(vertx, config.restartPause()), () -> EmqxApi.open(vertx, emqx, tls));
        this.mqtt = new MqttClient(vertx, tls);
        this.alert = new RenewalAlert(vertx, config, workers);
    }

    /** The instances there are. */
    public Set<String> names() {
        return config.instances().keySet();
    }

    /**
     * Completes when the run has ended, well or not, and an operator was told if it failed.
     *
     * @param force also when it is not due
     * @param pauses before further attempts, as long as the reason of the failure is one that may pass
     */
    public Future<RenewalReport> renew(String name, boolean force, List<Duration> pauses) {
        var instance = Objects.requireNonNull(config.instances().get(name), name);
        return attempt(name, instance, force).compose(report -> {
            if (!report.isFailure()) {
                return Future.succeededFuture(report);
            }
            return pauses.isEmpty() || !mayPass(report)
                    ? alert.raise(report).map(raised -> report)
                    : vertx.timer(pauses.get(0).toMillis())
                            .compose(waited -> renew(name, force, pauses.subList(1, pauses.size())));
        });
    }

    /** Before a server is given a self-signed certificate, each issuer was tried as often as {@code fallback.tries} says. */
    private static boolean mayPass(RenewalReport report) {
        return report.outcome() != Outcome.SELF_SIGNED && MAY_PASS.contains(report.reason());
    }

    private Future<RenewalReport> attempt(String name, RenewalInstanceConfig instance, boolean force) {
        return workers.executeBlocking(() -> prepared(name, instance), false)
                .compose(prepared -> exclusively(prepared, instance, force))
                .otherwise(unusable -> RenewalReport.notBegun(
                        instance, name, Outcome.CRITICAL, Sentences.of(unusable), "internal", clock.instant()));
    }

    private Future<RenewalReport> exclusively(RenewalInstance instance, RenewalInstanceConfig config, boolean force) {
        return workers.executeBlocking(() -> locks.hold(instance.lock()), false)
                .compose(held -> held.isPresent()
                        ? new RenewalCycle(instance, workers, clock, force)
                                .run()
                                .eventually(() -> released(held.get()))
                        : workers.executeBlocking(() -> busy(instance, config), false));
    }

    private Future<Boolean> released(RunLocks.Held held) {
        return workers.executeBlocking(
                () -> {
                    held.close();
                    return true;
                },
                false);
    }

    private RenewalReport busy(RenewalInstance instance, RenewalInstanceConfig config) throws IOException {
        var sentence = locks.holder(instance.lock()) + " is renewing it right now, and holds " + instance.lock();
        return RenewalReport.notBegun(config, instance.name(), Outcome.BUSY, sentence, "busy", clock.instant());
    }

    private RenewalInstance prepared(String name, RenewalInstanceConfig instance) throws IOException {
        var directory = data.resolve("renewal").resolve(name);
        var backups = instance.backup().directory();
        var password = instance.backup().passwordFile();
        var test = instance.test();
        return new RenewalInstance(
                name,
                instance,
                policy(instance),
                sources.of(name, instance),
                targets.of(instance.target()),
                InstanceTrust.of(instance.caBundle()),
                test.address() == null ? null : new ConnectivityTest(vertx, tls, mqtt, test, test.address(), name),
                client(test.clientCertFile(), test.clientKeyFile()),
                new Backups(
                        backups == null ? directory.resolve("backups") : backups,
                        instance.backup().kept(),
                        password == null ? null : password.read("backup.password-file")),
                directory.resolve("lock").toAbsolutePath().normalize(),
                directory.resolve("unfinished"));
    }

    private RenewalPolicy policy(RenewalInstanceConfig instance) {
        var threshold = instance.threshold();
        return threshold == null
                ? new RenewalPolicy(config.remainingLifetime(), config.renewBefore(), 0)
                : new RenewalPolicy(threshold.share(), threshold.left(), 0);
    }

    private static @Nullable TlsMaterial client(@Nullable Path certificate, @Nullable Path key) throws IOException {
        if (certificate == null || key == null) {
            return null;
        }
        try {
            return TlsMaterial.parse(Files.readString(key), Files.readString(certificate));
        } catch (IOException | IllegalArgumentException unusable) {
            throw new IOException(
                    "test.client-cert-file " + certificate + " and test.client-key-file " + key + " cannot be used: "
                            + unusable.getMessage(),
                    unusable);
        }
    }

    @Override
    public void close() {
        var unused = workers.close();
    }
}
