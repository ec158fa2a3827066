package io.lumia.broker;

import static io.lumia.bus.FleetBus.BROKER_STATISTICS;

import io.lumia.broker.durable.DurableStore;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.config.AcmeClientConfig;
import io.lumia.config.ArrivalLimits;
import io.lumia.config.BrokerConfig;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.BrokerLimits;
import io.lumia.config.Durability;
import io.lumia.config.FleetConfig;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.fakes.FakeAuthority;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.ListenerCertificates;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import io.lumia.tls.TlsOptions;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** A broker with a fake authority on a Vert.x of its own, and clients for it. */
public final class TestBroker implements AutoCloseable {
    static final TlsConfig TLS = new TlsConfig(TlsVersion.TLS_1_2, List.of(), true);

    static final TlsSection SECTION = new TlsSection(
            TlsSection.Mode.EMBEDDED,
            null,
            null,
            null,
            AcmeClientConfig.NONE,
            new TlsSection.Mtls(List.of(), true, List.of()));

    /** Only failures last as long: the machine may be slow. */
    static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Where a test is not about it: longer than handshake and CONNECT take anywhere. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

    static final ArrivalLimits ARRIVALS = new ArrivalLimits(512, 10_000, 5000, 0, 0);

    static final BrokerLimits LIMITS = new BrokerLimits(
            16,
            100,
            20_000,
            32,
            4096,
            64 << 20,
            256 << 20,
            32 << 20,
            BrokerLimits.Overflow.DROP_NEWEST,
            20,
            10,
            Duration.ofHours(1),
            ARRIVALS);

    public final Vertx vertx = Vertx.vertx();
    public final FakeAuthority authority;
    public final Clock clock;
    final BrokerVerticle broker;
    private final String deployment;

    public static BrokerConfig config(TopicRule... rules) {
        return config(0, 1000, 100, 20_000, rules);
    }

    public static BrokerConfig config(String host) {
        return config(host, 0, 1000, 100, 20_000, CONNECT_TIMEOUT);
    }

    static BrokerConfig config(int port, int queued, int inflight, int connections, TopicRule... rules) {
        return config("127.0.0.1", port, queued, inflight, connections, CONNECT_TIMEOUT, rules);
    }

    static BrokerConfig config(
            String host,
            int port,
            int queued,
            int inflight,
            int connections,
            Duration connectTimeout,
            TopicRule... rules) {
        return new BrokerConfig(
                host,
                port,
                List.of("localhost", "127.0.0.1"),
                2,
                connections,
                262_144,
                connectTimeout,
                queued,
                inflight,
                Duration.ofHours(24),
                1000,
                Durability.PROCESS,
                true,
                BrokerConfig.SharedCertificate.WARN,
                Duration.ZERO,
                LIMITS,
                BrokerConfig.IdentitySource.CN,
                List.of(),
                null,
                List.of(),
                List.of(),
                Duration.ofMillis(20),
                null,
                List.of(rules),
                SECTION);
    }

    /**
     * Whom the broker lets in, and what for.
     *
     * @param aclFile null: none
     * @param allowedFile null: none
     */
    public record Access(
            BrokerConfig.IdentitySource identity,
            List<String> allowed,
            Path allowedFile,
            List<Path> authorities,
            List<Path> crls,
            Path aclFile) {
        public static final Access DEFAULT =
                new Access(BrokerConfig.IdentitySource.CN, List.of(), null, List.of(), List.of(), null);

        Access by(BrokerConfig.IdentitySource other) {
            return new Access(other, allowed, allowedFile, authorities, crls, aclFile);
        }

        Access allowing(List<String> names, Path file) {
            return new Access(identity, names, file, authorities, crls, aclFile);
        }

        Access trusting(List<Path> cas, List<Path> lists) {
            return new Access(identity, allowed, allowedFile, cas, lists, aclFile);
        }

        public Access ruledBy(Path file) {
            return new Access(identity, allowed, allowedFile, authorities, crls, file);
        }
    }

    public static BrokerConfig config(Access access, TopicRule... rules) {
        var config = config(rules);
        return new BrokerConfig(
                config.host(),
                config.port(),
                config.names(),
                config.eventLoops(),
                config.maxConnections(),
                config.maxPacketSize(),
                config.connectTimeout(),
                config.maxQueuedMessages(),
                config.maxInflight(),
                config.maxSessionExpiry(),
                config.maxRetained(),
                config.durability(),
                config.closeExpired(),
                config.sharedCertificate(),
                config.sysInterval(),
                config.limits(),
                access.identity(),
                access.allowed(),
                access.allowedFile(),
                access.authorities(),
                access.crls(),
                config.reloadInterval(),
                access.aclFile(),
                config.rules(),
                config.tls());
    }

    /** The same with these limits. */
    static BrokerConfig limited(BrokerConfig config, BrokerLimits limits) {
        return new BrokerConfig(
                config.host(),
                config.port(),
                config.names(),
                config.eventLoops(),
                config.maxConnections(),
                config.maxPacketSize(),
                config.connectTimeout(),
                config.maxQueuedMessages(),
                config.maxInflight(),
                config.maxSessionExpiry(),
                config.maxRetained(),
                config.durability(),
                config.closeExpired(),
                config.sharedCertificate(),
                config.sysInterval(),
                limits,
                config.identity(),
                config.allowedClientCns(),
                config.allowedClientCnsFile(),
                config.clientCaFiles(),
                config.crlFiles(),
                config.reloadInterval(),
                config.aclFile(),
                config.rules(),
                config.tls());
    }

    static BrokerLimits arrivals(ArrivalLimits arrivals) {
        return limits(
                LIMITS.subscriptions(), LIMITS.queuedBytes(), LIMITS.queuedBytesInAll(), LIMITS.overflow(), arrivals);
    }

    static BrokerLimits limits(
            int subscriptions, long queuedBytes, long inAll, BrokerLimits.Overflow overflow, ArrivalLimits arrivals) {
        return new BrokerLimits(
                LIMITS.sessionsPerIdentity(),
                LIMITS.subscriptionsPerSession(),
                subscriptions,
                LIMITS.topicLevels(),
                LIMITS.topicLength(),
                queuedBytes,
                inAll,
                LIMITS.retainedBytes(),
                overflow,
                LIMITS.receiveMaximum(),
                LIMITS.topicAliases(),
                LIMITS.keepAlive(),
                arrivals);
    }

    /** The same, but only the first client with a certificate stays. */
    static BrokerConfig refusingShared(BrokerConfig config) {
        return new BrokerConfig(
                config.host(),
                config.port(),
                config.names(),
                config.eventLoops(),
                config.maxConnections(),
                config.maxPacketSize(),
                config.connectTimeout(),
                config.maxQueuedMessages(),
                config.maxInflight(),
                config.maxSessionExpiry(),
                config.maxRetained(),
                config.durability(),
                config.closeExpired(),
                BrokerConfig.SharedCertificate.REFUSE,
                config.sysInterval(),
                config.limits(),
                config.identity(),
                config.allowedClientCns(),
                config.allowedClientCnsFile(),
                config.clientCaFiles(),
                config.crlFiles(),
                config.reloadInterval(),
                config.aclFile(),
                config.rules(),
                config.tls());
    }

    /** The same, but connections outlive their certificates. */
    static BrokerConfig keepingExpired(BrokerConfig config) {
        return new BrokerConfig(
                config.host(),
                config.port(),
                config.names(),
                config.eventLoops(),
                config.maxConnections(),
                config.maxPacketSize(),
                config.connectTimeout(),
                config.maxQueuedMessages(),
                config.maxInflight(),
                config.maxSessionExpiry(),
                config.maxRetained(),
                config.durability(),
                false,
                config.sharedCertificate(),
                config.sysInterval(),
                config.limits(),
                config.identity(),
                config.allowedClientCns(),
                config.allowedClientCnsFile(),
                config.clientCaFiles(),
                config.crlFiles(),
                config.reloadInterval(),
                config.aclFile(),
                config.rules(),
                config.tls());
    }

    /** The same, but it publishes $SYS. */
    public static BrokerConfig publishingSys(BrokerConfig config) {
        return new BrokerConfig(
                config.host(),
                config.port(),
                config.names(),
                config.eventLoops(),
                config.maxConnections(),
                config.maxPacketSize(),
                config.connectTimeout(),
                config.maxQueuedMessages(),
                config.maxInflight(),
                config.maxSessionExpiry(),
                config.maxRetained(),
                config.durability(),
                config.closeExpired(),
                config.sharedCertificate(),
                Duration.ofHours(1),
                config.limits(),
                config.identity(),
                config.allowedClientCns(),
                config.allowedClientCnsFile(),
                config.clientCaFiles(),
                config.crlFiles(),
                config.reloadInterval(),
                config.aclFile(),
                config.rules(),
                config.tls());
    }

    public TestBroker(Path data, Clock clock, BrokerConfig config) throws Exception {
        this(data, clock, config, directory -> DurableStore.open(directory, config.durability() == Durability.DISK));
    }

    TestBroker(Path data, Clock clock, BrokerConfig config, Function<Path, DurableStore> opening) throws Exception {
        this.clock = clock;
        FleetBus.install(vertx);
        authority = new FakeAuthority(clock);
        await(authority.serve(vertx));
        broker = new BrokerVerticle(
                config,
                new ListenerCertificates(data, TLS, clock),
                new FleetConfig(new FleetDomain("devices.test")),
                data,
                clock,
                opening);
        deployment = await(vertx.deployVerticle(broker));
    }

    public int port() {
        return broker.port();
    }

    /** For clients of others: sockets that show this certificate. */
    public SSLSocketFactory sockets(TlsMaterial own) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new SwappableKeys(own)},
                new TrustManager[] {new FleetTrust(List.of(authority.root()))},
                null);
        return context.getSocketFactory();
    }

    MqttClientOptions options(TlsMaterial material, String clientId) {
        var options = TlsOptions.apply(new MqttClientOptions(), TLS);
        options.setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(material)))
                .setTrustOptions(new FleetTrust(List.of(authority.root())).trustOptions())
                .setHostnameVerificationAlgorithm("HTTPS");
        return options.setClientId(clientId).setMaxMessageSize(300_000);
    }

    MqttClient client(MqttClientOptions options) {
        return MqttClient.create(vertx, options);
    }

    MqttClient connected(TlsMaterial material, String clientId) throws Exception {
        return connected(options(material, clientId));
    }

    MqttClient connected(MqttClientOptions options) throws Exception {
        var client = client(options);
        await(client.connect(port(), "localhost"));
        return client;
    }

    public BrokerStatistics statistics() {
        try {
            return await(BROKER_STATISTICS.ask(vertx, new ReadBrokerStatistics()));
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }

    void undeploy() throws Exception {
        await(vertx.undeploy(deployment));
    }

    /** At once, as operators should: whoever looks never sees half of it. */
    static void replace(Path file, String text) throws IOException {
        var next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("nothing after " + PATIENCE, late);
        }
    }

    public static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
