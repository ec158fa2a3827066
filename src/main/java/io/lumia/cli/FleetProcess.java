package io.lumia.cli;

import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.DESCRIBE_PROVISIONING;

import io.lumia.audit.AuditVerticle;
import io.lumia.authority.AuthorityVerticle;
import io.lumia.broker.BrokerVerticle;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.ClusterState;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Part;
import io.lumia.crypto.CryptoProviders;
import io.lumia.emqx.EmqxVerticle;
import io.lumia.expiry.ExpiryVerticle;
import io.lumia.issuance.CertificateSources;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.metrics.MetricsVerticle;
import io.lumia.metrics.Readiness;
import io.lumia.metrics.WorkerPools;
import io.lumia.provisioning.ProvisioningVerticle;
import io.lumia.provisioning.dns.NameResponder;
import io.lumia.renewal.RenewalVerticle;
import io.lumia.renewal.RootFilesVerticle;
import io.lumia.store.RetentionVerticle;
import io.lumia.store.Store;
import io.lumia.store.StoreUnusable;
import io.lumia.swarm.Swarm;
import io.lumia.swarm.SwarmAddresses;
import io.lumia.tls.ListenerCertificates;
import io.lumia.upstream.UpstreamVerticle;
import io.lumia.web.WebVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one process runs: the parts that the configuration names, deployed in order and undeployed in reverse. */
final class FleetProcess {
    private static final Logger log = LoggerFactory.getLogger(FleetProcess.class);

    private final WorkerPools pools = new WorkerPools();
    private final ProcessVertx process;
    private final Vertx vertx;
    private final LumiaConfig config;
    private final Clock clock;
    private final Readiness readiness = new Readiness();
    private final SwarmAddresses addresses;
    private final CertificateSources sources;
    private final ListenerCertificates certificates;
    private final Deployments deployments;

    private final AuditVerticle audit;
    private final @Nullable SettingsVerticle settings;
    private @Nullable Store store;
    private @Nullable MetricsVerticle metrics;
    private @Nullable AuthorityVerticle authority;
    private @Nullable AuthorityDescription remote;
    private @Nullable BrokerVerticle broker;
    private @Nullable ProvisioningVerticle provisioning;
    private @Nullable NameResponder names;
    private @Nullable StepCa stepCa;
    private @Nullable WebVerticle web;
    private @Nullable IdentityParts identities;

    /** With settings that stay as they are. */
    FleetProcess(LumiaConfig config, Clock clock) {
        this(config, clock, null);
    }

    /**
     * Blocks while a cluster is joined.
     *
     * @param settings deployed last; null: settings do not change
     */
    FleetProcess(LumiaConfig config, Clock clock, @Nullable SettingsVerticle settings) {
        this.settings = settings;
        this.config = config;
        this.clock = clock;
        this.process = ProcessVertx.start(config, pools, clock);
        this.vertx = process.vertx();
        this.deployments = new Deployments(vertx);
        this.addresses = IdentityParts.addresses(config);
        this.sources = new CertificateSources(vertx, config.data(), clock);
        this.certificates =
                new ListenerCertificates(config.data(), config.tls(), clock, AcmeListenerSource.by(sources));
        this.audit = new AuditVerticle(config.audit(), config.data(), clock);
    }

    Vertx vertx() {
        return vertx;
    }

    /** Completes once every part listens; a part that cannot start stops those before it and fails with its sentence. */
    Future<Void> start() {
        // of no context: the event loops are gone when a failed start has been cleaned up
        var started = Promise.<Void>promise();
        watchers()
                .compose(watching -> process.deploy(deployments))
                .compose(watching -> Future.all(openStore(), installProviders()))
                .compose(opened -> process.demandOneCa(config, store))
                .compose(opened -> audit.remember(AuditHead.keptIn(store, vertx, config.data())))
                .compose(opened -> deployAuthority())
                .compose(deployed -> deployBroker())
                .compose(deployed -> askUpstream())
                .compose(deployed -> deployEmqx())
                .compose(deployed -> deployProvisioning())
                .compose(deployed -> deployNames())
                .compose(deployed -> deployWeb())
                .compose(deployed -> deployIdentities())
                .compose(deployed -> deployBackup())
                .compose(deployed -> deployRootFiles())
                .compose(deployed -> settings == null ? Future.succeededFuture() : deploy(settings))
                .onSuccess(deployed -> {
                    readiness.ready();
                    started.complete();
                })
                .onFailure(failed -> stop().onComplete(stopped -> started.fail(failed)));
        return started.future();
    }

    /** Undeploys in reverse order, then closes the store; completes when nothing is left. */
    Future<Void> stop() {
        readiness.stopping();
        var stopped = Promise.<Void>promise();
        deployments
                .undeploy()
                .eventually(this::closeStore)
                .onComplete(undeployed -> vertx.close().onComplete(closed -> stopped.tryComplete()));
        return stopped.future();
    }

    /** Where the parts of this process listen; a part that does not run here is absent. */
    Future<Addresses> addresses() {
        Future<@Nullable AuthorityDescription> ca = DESCRIBE_AUTHORITY
                .ask(vertx, new DescribeAuthority())
                .<@Nullable AuthorityDescription>map(described -> described)
                .otherwise((AuthorityDescription) null);
        Future<@Nullable ProvisioningState> gate = DESCRIBE_PROVISIONING
                .ask(vertx, new DescribeProvisioning())
                .<@Nullable ProvisioningState>map(state -> state)
                .otherwise((ProvisioningState) null);
        return Future.all(ca, gate)
                .map(asked -> new Addresses(
                        authority == null ? null : ca.result(),
                        authority == null ? 0 : authority.httpPort(),
                        provisioning == null ? 0 : provisioning.port(),
                        names == null ? 0 : names.port(),
                        gate.result(),
                        broker == null ? 0 : broker.port(),
                        web == null ? 0 : web.port(),
                        web != null && web.https(),
                        metrics == null ? 0 : metrics.port(),
                        process.link() == null ? null : process.link().state()));
    }

    /** Ports are 0 where the part does not run here. */
    record Addresses(
            @Nullable AuthorityDescription authority,
            int authorityHttpPort,
            int provisioningPort,
            int dnsPort,
            @Nullable ProvisioningState provisioning,
            int brokerPort,
            int webPort,
            boolean webHttps,
            int metricsPort,
            @Nullable ClusterState cluster) {}

    /** The simulated devices of this process, once they are deployed. */
    Optional<Swarm> swarm() {
        return Optional.ofNullable(identities).flatMap(IdentityParts::swarm);
    }

    /** The admin token, when this start made it. */
    Optional<String> newAdminToken() {
        return Optional.ofNullable(web).flatMap(WebVerticle::newToken);
    }

    /** Those that only listen to the others go first, so that they miss nothing. */
    private Future<?> watchers() {
        var deployed = Future.succeededFuture("");
        if (config.runs(Part.METRICS)) {
            var verticle = new MetricsVerticle(
                    config.metrics(), config.renewal(), readiness, config.app().name(), pools, clock);
            metrics = verticle;
            deployed = deployed.compose(before -> deploy(verticle));
        }
        deployed = deployed.compose(before -> deploy(audit));
        if (config.runs(Part.RENEWAL)) {
            deployed = deployed.compose(
                    before -> deploy(new RenewalVerticle(config.renewal(), clock, new SecureRandom())));
            deployed = deployed.compose(before -> deploy(Instances.verticle(vertx, config, sources, store, clock)));
        }
        if (config.runs(Part.EXPIRY)) {
            deployed = deployed.compose(before -> deploy(new ExpiryVerticle(config.expiry(), clock)));
        }
        return deployed;
    }

    /** Costs half a second of CPU, so it runs beside the opening of the database. */
    private Future<?> installProviders() {
        return vertx.executeBlocking(
                () -> {
                    CryptoProviders.install();
                    return true;
                },
                false);
    }

    private Future<?> openStore() {
        if (!config.runs(Part.AUTHORITY) && !config.runs(Part.PROVISIONING)) {
            return Future.succeededFuture();
        }
        return Store.open(vertx, config.data(), config.store())
                .onSuccess(opened -> store = opened)
                .recover(failed -> Future.failedFuture(
                        failed instanceof StoreUnusable ? new CannotStart(failed.getMessage() + "", failed) : failed));
    }

    private Future<?> deployAuthority() {
        if (config.stepCa().url() != null) {
            return deployStepCa();
        }
        if (!config.runs(Part.AUTHORITY)) {
            if (config.upstream().url() != null) {
                return deploy(new UpstreamVerticle(config.upstream(), config.tls()));
            }
            return config.runs(Part.BROKER)
                    ? Future.failedFuture(
                            new CannotStart("upstream.url: the part broker asks an authority, which does not run"
                                    + " in this process; add authority to parts, or name the process that runs it"))
                    : Future.succeededFuture();
        }
        authority = new AuthorityVerticle(
                withOwnDevices(config.authority()),
                config.lifetimes(),
                config.fleet(),
                certificates,
                config.data(),
                opened(),
                clock,
                renewalPolicy(config));
        return deploy(authority)
                .compose(deployed -> process.rememberCa(config, opened()))
                .compose(
                        deployed -> deploy(new RetentionVerticle(config.store(), opened(), clock, new SecureRandom())));
    }

    /** It has the names and records of the fleet, which live in the store of the process that provisions. */
    private Future<?> deployStepCa() {
        return StepCa.open(vertx, config).compose(opened -> {
            stepCa = opened;
            if (!config.runs(Part.PROVISIONING)) {
                return Future.succeededFuture();
            }
            var verticle = opened.verticle(config, opened(), clock);
            remote = verticle.description();
            return deploy(verticle).mapEmpty();
        });
    }

    private Future<?> deployBroker() {
        if (!config.runs(Part.BROKER)) {
            return Future.succeededFuture();
        }
        broker = new BrokerVerticle(
                IdentityParts.withApplication(config.broker(), config.app()),
                certificates,
                config.fleet(),
                config.data(),
                clock);
        return deploy(broker);
    }

    /** Where the authority of another process is found; the configuration's word counts as long as it does not answer. */
    private Future<?> askUpstream() {
        if (authority != null || config.upstream().url() == null || !config.runs(Part.PROVISIONING)) {
            return Future.succeededFuture();
        }
        return DESCRIBE_AUTHORITY
                .ask(vertx, new DescribeAuthority())
                .onSuccess(described -> remote = described)
                .onFailure(silent -> log.atWarn()
                        .addKeyValue("reason", silent.getMessage())
                        .addKeyValue("directory", whereabouts().contact().acmeDirectory())
                        .log("the authority does not answer yet; devices are sent to the configured directory"))
                .<Object>mapEmpty()
                .otherwiseEmpty();
    }

    private Future<?> deployEmqx() {
        return config.emqx().url() == null
                ? Future.succeededFuture()
                : deploy(new EmqxVerticle(config.emqx(), config.tls(), clock));
    }

    private Future<?> deployProvisioning() {
        if (!config.runs(Part.PROVISIONING)) {
            return Future.succeededFuture();
        }
        provisioning = new ProvisioningVerticle(
                config.provisioning().withSwarm(addresses.ranges()),
                config.fleet(),
                opened(),
                () -> whereabouts().contact(),
                clock);
        return deploy(provisioning);
    }

    private Future<?> deployNames() {
        if (!config.runs(Part.PROVISIONING) || config.dns().port() == null) {
            return Future.succeededFuture();
        }
        names = new NameResponder(config.dns(), config.fleet().domain(), opened());
        return deploy(names);
    }

    private Future<?> deployWeb() {
        if (!config.runs(Part.WEB)) {
            return Future.succeededFuture();
        }
        var renewal = config.renewal();
        var policy = new CountOverdue(renewal.remainingLifetime(), renewal.renewBefore());
        web = new WebVerticle(config.web(), certificates, config.data(), store, policy, clock);
        return deploy(web);
    }

    private Future<?> deployIdentities() {
        identities = new IdentityParts(vertx, config, addresses, deployments, clock);
        return identities.deploy(whereabouts(), stepCa);
    }

    private Future<?> deployBackup() {
        var every = config.backup().every();
        return every == null ? Future.succeededFuture() : deploy(ScheduledBackup.of(config, every, clock));
    }

    private Future<?> deployRootFiles() {
        return config.trust().files().isEmpty()
                ? Future.succeededFuture()
                : deploy(new RootFilesVerticle(config.trust()));
    }

    private Future<String> deploy(Deployable part) {
        return deployments.deploy(part);
    }

    private Future<Void> closeStore() {
        return store == null ? Future.succeededFuture() : store.close();
    }

    private Store opened() {
        return Objects.requireNonNull(store, "the store is opened before the parts that use it");
    }

    /** The challenges of the identities that this very process simulates are fetched, wherever they live. */
    private AuthorityConfig withOwnDevices(AuthorityConfig ca) {
        return config.runs(Part.SWARM) || config.runs(Part.APP)
                ? ca.withAcme(ca.acme().allowing(addresses.ranges()))
                : ca;
    }

    /** What is known by now; asked anew each time, since parts start one after the other. */
    private Whereabouts whereabouts() {
        return new Whereabouts(
                config,
                authority == null ? remote : authority.description(),
                authority != null,
                broker == null ? null : broker.port(),
                provisioning == null ? null : provisioning.port());
    }

    /** By which devices renew. */
    static RenewalPolicy renewalPolicy(LumiaConfig config) {
        var renewal = config.renewal();
        return new RenewalPolicy(renewal.remainingLifetime(), renewal.renewBefore(), renewal.spread());
    }
}
