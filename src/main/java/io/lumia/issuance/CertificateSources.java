package io.lumia.issuance;

import io.lumia.access.AddressRange;
import io.lumia.config.DnsConfig;
import io.lumia.config.FallbackConfig;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.lumia.lifecycle.RetrySchedule;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpClientOptions;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Makes sources of certificates from their configuration. One for each process: sources of one kind share clients, ports and workers. */
public final class CertificateSources {
    private static final int WORKERS = 4;
    private static final Duration LONGEST_VISIT = Duration.ofMinutes(2);

    private final Vertx vertx;
    private final Path data;
    private final Clock clock;
    private final Consumer<String> terminal;
    private final WorkerExecutor workers;
    private final Map<Duration, AcmeSessions> sessions = new ConcurrentHashMap<>();
    private final Map<Integer, ChallengeResponders> responders = new ConcurrentHashMap<>();
    private final Map<HostPort, ChallengeSolver> alpn = new ConcurrentHashMap<>();

    /** @param data the data directory, for what has no storage path of its own */
    public CertificateSources(Vertx vertx, Path data, Clock clock) {
        this(vertx, data, clock, System.err::println);
    }

    /** @param terminal where a person is told what to do for dns-01 without a program that does it */
    public CertificateSources(Vertx vertx, Path data, Clock clock, Consumer<String> terminal) {
        this.terminal = terminal;
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
     * @throws IllegalArgumentException when none is configured
     */
    public CertificateSource of(String name, IssuerConfig config) {
        return switch (config.type()) {
            case ACME -> acme(name, config);
            case STEP_CA -> stepCa(name, config);
            case EMBEDDED -> new EmbeddedSource(vertx, workers, name, clock);
            case NONE ->
                throw new IllegalArgumentException(
                        "no issuer of certificates is configured for " + name + "; set its type");
        };
    }

    /** The issuer and what the fallback says, as one source; the bus must be installed ({@code FleetBus.install}). */
    public FallbackChain chain(String name, IssuerConfig config, FallbackConfig fallback) {
        var all = fallback.issuers(config);
        var sources = new ArrayList<CertificateSource>();
        for (int i = 0; i < all.size(); i++) {
            sources.add(of(i == 0 ? name : name + "-fallback", all.get(i)));
        }
        var schedule = new RetrySchedule(fallback.firstDelay(), fallback.longestDelay());
        var rules = new FallbackChain.Rules(fallback.tries(), schedule, fallback.selfSigned());
        return new FallbackChain(vertx, sources, rules, new FallbackStory(vertx), clock, new SecureRandom());
    }

    /** A step-ca, which can revoke as well. @throws IllegalArgumentException when the issuer is of another type */
    public StepCaSource stepCa(String name, IssuerConfig config) {
        var url = config.stepCa().url();
        if (url == null) {
            throw new IllegalArgumentException("step-ca.url is not set");
        }
        var api = new StepCaApi(vertx, url, new HttpClientOptions().setSsl(true), config.timeout());
        return new StepCaSource(config, api, workers, new IssuerStorage(storage(name, config)), clock);
    }

    private CertificateSource acme(String name, IssuerConfig config) {
        var directory = config.directoryUrl();
        return new AcmeSource(
                config,
                directory == null ? URI.create("") : directory,
                workers,
                sessions.computeIfAbsent(config.timeout(), AcmeSessions::new),
                new AcmePolls(vertx, workers, clock),
                new IssuerStorage(storage(name, config)),
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
            case TLS_ALPN_01 -> alpn.computeIfAbsent(address(config, 443), at -> new TlsAlpn01Solver(vertx, at, clock));
            case DNS_01 -> dns01(config.dns());
        };
    }

    private ChallengeSolver dns01(DnsConfig dns) {
        var asked = dns.resolver() != null ? dns.resolver() : dns.server();
        return new Dns01Solver(vertx, dns, records(dns), new TxtLookup(workers, asked), clock);
    }

    private TxtRecords records(DnsConfig dns) {
        var server = dns.server();
        return switch (dns.provider()) {
            case RFC2136 -> new UpdatedRecords(workers, dns, server == null ? new HostPort("127.0.0.1", 53) : server);
            case EXEC -> new HookRecords(vertx, workers, dns.command(), dns.commandTimeout());
            case MANUAL -> new ManualRecords(terminal, dns.propagationTimeout());
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
