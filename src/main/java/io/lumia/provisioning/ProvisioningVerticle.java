package io.lumia.provisioning;

import io.lumia.bus.FleetBus;
import io.lumia.config.CannotStart;
import io.lumia.config.FleetConfig;
import io.lumia.config.ProvisioningConfig;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.Listeners;
import io.lumia.store.Store;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** First certificates for whitelisted devices, over plain HTTP (FR-PS-001 to FR-PS-004). */
public final class ProvisioningVerticle extends VerticleBase {
    private static final int WORKERS = 2;
    private static final Duration REQUEST = Duration.ofSeconds(10);

    private final ProvisioningConfig config;
    private final FleetDomain domain;
    private final GateMemory memory;
    private final FleetRate rate;
    private final Supplier<AuthorityContact> contact;
    private final Clock clock;
    private final Duration patience;
    private @Nullable HttpServer server;

    /**
     * @param config with the entry {@link ProvisioningConfig#SWARM} replaced by addresses
     * @param contact where devices go next; asked for each certificate, when the authority and the broker are there
     */
    public ProvisioningVerticle(
            ProvisioningConfig config,
            FleetConfig fleet,
            Store store,
            Supplier<AuthorityContact> contact,
            Clock clock) {
        this(
                config,
                fleet.domain(),
                GateMemory.in(store.settings()),
                FleetRate.in(store, config, clock),
                contact,
                clock,
                REQUEST);
    }

    /** @param patience from a connection to the whole request */
    ProvisioningVerticle(
            ProvisioningConfig config,
            FleetDomain domain,
            GateMemory memory,
            FleetRate rate,
            Supplier<AuthorityContact> contact,
            Clock clock,
            Duration patience) {
        this.rate = rate;
        this.config = config;
        this.domain = domain;
        this.memory = memory;
        this.contact = contact;
        this.clock = clock;
        this.patience = patience;
    }

    /** The TCP port it listens on; after deployment. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("provisioning is not deployed");
        }
        return server.actualPort();
    }

    @Override
    public Future<?> start() {
        var gate = new GateKeeper(vertx, config, memory, clock);
        return gate.open().compose(open -> answerOperators(gate)).compose(answering -> listen(gate));
    }

    private Future<?> answerOperators(GateKeeper gate) {
        vertx.setPeriodic(1000, tick -> {
            var unused = gate.tick();
        });
        return Future.all(
                FleetBus.PROVISIONING_CHANGED.listen(vertx, gate::heard),
                FleetBus.DESCRIBE_PROVISIONING.serve(vertx, asked -> gate.tick().map(now -> gate.state())),
                FleetBus.SWITCH_PROVISIONING.serve(vertx, gate::turn),
                FleetBus.CHANGE_WHITELIST.serve(vertx, gate::change));
    }

    private Future<?> listen(GateKeeper gate) {
        var workers = vertx.createSharedWorkerExecutor("provisioning", WORKERS);
        var enrolment = new Enrolment(vertx, config, gate, rate, domain, contact, workers, clock);
        var guard = new ConnectionGuard(vertx, patience);
        var desk = new ProvisioningDesk(vertx, config, enrolment, guard, clock);
        return vertx.createHttpServer(Listeners.options(config.host(), config.port()))
                .connectionHandler(guard::opened)
                .invalidRequestHandler(Listeners::malformed)
                .requestHandler(desk::receive)
                .listen()
                .onSuccess(listening -> server = listening)
                .recover(cause -> Future.failedFuture(new CannotStart(
                        Listeners.cannotListen("provisioning.port", config.host(), config.port(), cause), cause)));
    }
}
