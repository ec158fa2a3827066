package io.lumia.broker;

import static io.lumia.bus.FleetBus.BROKER_STATISTICS;
import static io.lumia.bus.FleetBus.CERTIFICATE_REVOKED;
import static io.lumia.bus.FleetBus.NEWS_MISSED;
import static io.lumia.bus.FleetBus.REVOCATION_ENFORCED;

import io.lumia.access.TopicAcl;
import io.lumia.broker.durable.DurableStore;
import io.lumia.broker.handshake.HandshakeEngine;
import io.lumia.broker.handshake.Handshakes;
import io.lumia.broker.handshake.StormLog;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.config.BrokerConfig;
import io.lumia.config.CannotStart;
import io.lumia.config.Durability;
import io.lumia.config.FleetConfig;
import io.lumia.tls.ListenerCertificate;
import io.lumia.tls.ListenerCertificates;
import io.lumia.tls.ListenerCertificates.Wanted;
import io.lumia.tls.TlsOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded MQTT broker: MQTT 3.1.1 and 5 over mutual TLS, for one machine. The identity is the certificate's; what it is good for is what the
 * authority recorded. One listener for each event loop, all on one port.
 */
public final class BrokerVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(BrokerVerticle.class);
    private static final String NAME = "embedded";
    private static final String DIRECTORY = "broker";
    private static final long SWEEP_MS = 1000;
    private static final Duration BEAT = Duration.ofSeconds(5);

    private final BrokerConfig config;
    private final ListenerCertificates certificates;
    private final FleetConfig fleet;
    private final Path data;
    private final Clock clock;
    private final Function<Path, DurableStore> opening;
    private volatile @Nullable DurableStore store;
    private int port;

    /** @param certificates where the listener's comes from */
    public BrokerVerticle(
            BrokerConfig config, ListenerCertificates certificates, FleetConfig fleet, Path data, Clock clock) {
        this(
                config,
                certificates,
                fleet,
                data,
                clock,
                directory -> DurableStore.open(directory, config.durability() == Durability.DISK));
    }

    /** @param opening makes the store of a directory */
    BrokerVerticle(
            BrokerConfig config,
            ListenerCertificates certificates,
            FleetConfig fleet,
            Path data,
            Clock clock,
            Function<Path, DurableStore> opening) {
        this.opening = opening;
        this.config = config;
        this.certificates = certificates;
        this.fleet = fleet;
        this.data = data;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        return openHub().compose(this::open).recover(failed -> stop().transform(closed -> Future.failedFuture(failed)));
    }

    /** Rules are read and what was kept is taken up before anybody can connect. */
    private Future<?> open(Hub hub) {
        return openCertificate().compose(certificate -> {
            var gate = new ClientGate(certificate.clientTrust());
            var files = new BrokerFiles(vertx, config, hub, certificate, gate);
            return files.open()
                    .onSuccess(read -> hub.sessions().sweep())
                    .compose(read -> listen(hub, certificate, gate))
                    .compose(bound -> certificate.serveRenewals(config.host(), port, true))
                    .compose(served -> serve(hub))
                    .compose(served -> certificate.followTrust(TrustHolder.BROKER, files::fleetTrustChanged))
                    .onSuccess(served -> files.watch());
        });
    }

    /** After the listeners, which this verticle deployed, have sent everybody away. */
    @Override
    public Future<?> stop() {
        var open = store;
        store = null;
        return open == null
                ? Future.succeededFuture()
                : onDisk(() -> {
                    open.close();
                    return open;
                });
    }

    private <T> Future<T> onDisk(Callable<T> work) {
        var worker = vertx.createSharedWorkerExecutor("lumia-broker-disk", 1);
        return worker.executeBlocking(work).eventually(worker::close);
    }

    /** The port clients connect to, known once deployed. */
    public int port() {
        return port;
    }

    private Future<Hub> openHub() {
        return onDisk(() -> {
            var opened = opening.apply(data.resolve(DIRECTORY));
            store = opened;
            var hub = Hub.create(vertx, config, clock, new TopicAcl(List.of()), new Ledger(opened, context, clock));
            new Reload(opened, hub, BEAT).run();
            opened.start();
            return hub;
        });
    }

    private Future<ListenerCertificate> openCertificate() {
        return certificates.open(
                vertx, new Wanted("broker", "broker.tls", config.host(), config.names(), config.tls(), true));
    }

    /** The first listener binds the port; Vert.x shares it out among all that name it alike, port 0 by a number of our own. */
    private Future<Void> listen(Hub hub, ListenerCertificate certificate, ClientGate gate) {
        int shared = config.port() == 0 ? -ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE) : config.port();
        var admission = new Admission(vertx, clock, new ClientIdentity(config.identity(), fleet.domain()), gate);
        var refusals = new Refusals(vertx, clock, hub.counters());
        var handshakes = new Handshakes(hub.waitingRoom(), eventLoops(), (address, peerPort, cause) -> {
            if (!certificate.isOwnStranger(address, peerPort)) {
                refusals.handshakeFailed(address, cause);
            }
        });
        var listeners = new ArrayList<BrokerListener>();
        for (int i = 0; i < eventLoops(); i++) {
            listeners.add(new BrokerListener(hub, admission, refusals, options(certificate, handshakes), shared));
        }
        Future<?> all = Future.succeededFuture();
        for (BrokerListener listener : listeners) {
            all = all.compose(before -> vertx.deployVerticle(listener));
        }
        return all.<Void>mapEmpty()
                .onSuccess(bound -> port = listeners.get(0).port())
                .recover(failed -> Future.failedFuture(explained(failed)));
    }

    private int eventLoops() {
        return config.eventLoops() > 0
                ? config.eventLoops()
                : Runtime.getRuntime().availableProcessors();
    }

    private NetServerOptions options(ListenerCertificate certificate, Handshakes handshakes) {
        var options = TlsOptions.apply(new NetServerOptions(), certificates.tls(config.tls()));
        options.setClientAuth(ClientAuth.REQUIRED)
                .setKeyCertOptions(certificate.keyCertOptions())
                .setTrustOptions(certificate.clientTrust().trustOptions())
                .setSslHandshakeTimeout(
                        config.connectTimeout().toSeconds() + 5) // the waiting room's deadline comes first
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setAcceptBacklog(4096)
                .setTcpKeepAlive(true);
        options.setSslEngineOptions(new HandshakeEngine(options.getSslEngineOptions(), handshakes));
        return options;
    }

    private Future<Void> serve(Hub hub) {
        var storms = new StormLog();
        vertx.setPeriodic(SWEEP_MS, tick -> {
            var unused = storms.look(hub.waitingRoom().load(), clock.instant());
            hub.sessions().sweep();
            hub.router().removeExpired();
            hub.connections().forgetRevocationsBefore(clock.instant());
            hub.shared().look(hub.connections());
        });
        vertx.setPeriodic(0, BEAT.toMillis(), tick -> hub.ledger().alive());
        long interval = config.sysInterval().toMillis();
        if (interval > 0) {
            var system = new SystemTopics(hub);
            system.publish();
            vertx.setPeriodic(interval, tick -> system.publish());
        }
        return BROKER_STATISTICS
                .serve(vertx, asked -> Future.succeededFuture(hub.statistics()))
                .compose(served -> CERTIFICATE_REVOKED.listen(vertx, revoked -> enforce(hub, revoked)))
                .compose(served -> NEWS_MISSED.listen(vertx, missed -> {
                    var unused =
                            new Recheck(vertx, hub.connections().serials(), revoked -> enforce(hub, revoked)).run();
                }));
    }

    private void enforce(Hub hub, CertificateRevoked revoked) {
        hub.connections().revoke(revoked.serial(), clock.instant()).onComplete(closed -> {
            var told = Duration.between(revoked.revokedAt(), clock.instant());
            var elapsed = told.isNegative() ? Duration.ZERO : told; // the clocks of two machines
            REVOCATION_ENFORCED.publish(vertx, new RevocationEnforced(NAME, revoked.serial(), elapsed));
            log.atInfo()
                    .addKeyValue("identity", revoked.identity())
                    .addKeyValue("serial", revoked.serial())
                    .addKeyValue("elapsedMs", elapsed.toMillis())
                    .log("revocation enforced: no connection of the certificate is left");
        });
    }

    private Throwable explained(Throwable failed) {
        for (var cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) { // a BindException, or what the native transport throws in its place
                return new CannotStart(
                        "cannot listen for MQTT on " + config.host() + ":" + config.port()
                                + " (broker.host, broker.port): " + cause.getMessage()
                                + "; stop what uses the port, or choose another, 0 for a free one",
                        failed);
            }
        }
        return failed;
    }
}
