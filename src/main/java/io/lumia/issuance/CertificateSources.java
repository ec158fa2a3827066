package io.lumia.issuance;

import io.lumia.access.AddressRange;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Makes sources of certificates from their configuration. One for each process: sources of one kind share clients, ports and workers. */
public final class CertificateSources {
    private static final int WORKERS = 4;
    private static final Duration LONGEST_VISIT = Duration.ofMinutes(2);

    private final Vertx vertx;
    private final Path data;
    private final Clock clock;
    private final WorkerExecutor workers;
    private final Map<Duration, AcmeSessions> sessions = new ConcurrentHashMap<>();
    private final Map<Integer, ChallengeResponders> responders = new ConcurrentHashMap<>();

    /** @param data the data directory, for what has no storage path of its own */
    public CertificateSources(Vertx vertx, Path data, Clock clock) {
        this.vertx = vertx;
        this.data = data;
        this.clock = clock;
        this.workers =
                vertx.createSharedWorkerExecutor("issuance", WORKERS, LONGEST_VISIT.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Neither reads files nor connects; that happens when a certificate is wanted.
     *
     * @param name of who wants certificates, fit for a file name: {@code broker}, {@code site-a}
     */
    public CertificateSource of(String name, IssuerConfig config) {
        return switch (config.type()) {
            case ACME -> acme(name, config);
            case STEP_CA, EMBEDDED -> throw new UnsupportedOperationException();
        };
    }

    private CertificateSource acme(String name, IssuerConfig config) {
        var directory = config.directoryUrl();
        return new AcmeSource(
                config,
                directory == null ? URI.create("") : directory,
                workers,
                sessions.computeIfAbsent(config.timeout(), AcmeSessions::new),
                new AcmePolls(vertx, workers, clock),
                new AcmeStorage(storage(name, config)),
                solver(config),
                clock);
    }

    private Path storage(String name, IssuerConfig config) {
        return config.storagePath() != null
                ? config.storagePath()
                : data.resolve("issuers").resolve(name);
    }

    private ChallengeSolver solver(IssuerConfig config) {
        return switch (config.challengeType()) {
            case HTTP_01 -> http01(address(config, 80));
            case TLS_ALPN_01, DNS_01 -> throw new UnsupportedOperationException();
        };
    }

    private ChallengeSolver http01(HostPort at) {
        var shared = responders.computeIfAbsent(
                at.port(),
                port -> new ChallengeResponders(
                        vertx,
                        port,
                        "free the port, let Lumia bind it (CAP_NET_BIND_SERVICE below 1024), or set challenge-address"));
        return new Http01Solver(shared, AddressRange.address(at.host()));
    }

    private static HostPort address(IssuerConfig config, int port) {
        return config.challengeAddress() != null ? config.challengeAddress() : new HostPort("0.0.0.0", port);
    }
}
