package io.lumia.cli;

import io.lumia.authority.NodeAuthority;
import io.lumia.bus.FleetBus;
import io.lumia.bus.NodeId;
import io.lumia.cluster.ClusterLink;
import io.lumia.cluster.ClusterVerticle;
import io.lumia.cluster.CredentialFiles;
import io.lumia.config.ClusterConfig;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Part;
import io.lumia.metrics.WorkerPools;
import io.lumia.store.Store;
import io.lumia.tls.NodeCredentials;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.metrics.MetricsOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Vert.x of one process, a node of a cluster or alone.
 *
 * @param link null: alone
 * @param credentials null: alone
 */
record ProcessVertx(
        Vertx vertx, @Nullable ClusterLink link, @Nullable NodeCredentials credentials) {
    private static final int NAMES_KEPT_SECONDS = 10;

    /** Blocks while a cluster is joined. @throws io.lumia.config.CannotStart when it cannot be */
    static ProcessVertx start(LumiaConfig config, WorkerPools pools, Clock clock) {
        var self = NodeId.started(name(config.cluster()), new SecureRandom());
        var started = config.cluster().enabled() ? join(config, self, pools, clock) : alone(pools);
        FleetBus.install(started.vertx, self);
        return started;
    }

    /** What tells of the other nodes. */
    Future<?> deploy(Deployments deployments) {
        return link == null ? Future.succeededFuture() : deployments.deploy(new ClusterVerticle(link));
    }

    /**
     * Before anything is issued.
     *
     * @param store null: this process has none
     */
    Future<?> demandOneCa(LumiaConfig config, @Nullable Store store) {
        return credentials == null || store == null
                ? Future.succeededFuture()
                : new OneCa(config, store, NodeId.of(vertx)).demand(credentials);
    }

    /** Once the authority runs, whose CA may be new. */
    Future<?> rememberCa(LumiaConfig config, Store store) {
        return link == null ? Future.succeededFuture() : new OneCa(config, store, NodeId.of(vertx)).remember();
    }

    private static ProcessVertx alone(WorkerPools pools) {
        return new ProcessVertx(builder(pools).with(options()).build(), null, null);
    }

    private static ProcessVertx join(LumiaConfig config, NodeId self, WorkerPools pools, Clock clock) {
        var credentials = credentials(config, self, clock);
        var link = ClusterLink.join(
                        builder(pools),
                        options(),
                        config.cluster(),
                        credentials,
                        self,
                        Version.number(),
                        clock.instant())
                .await();
        return new ProcessVertx(link.vertx(), link, credentials);
    }

    private static NodeCredentials credentials(LumiaConfig config, NodeId self, Clock clock) {
        var tls = config.cluster().tls();
        return tls.certFile() != null
                ? CredentialFiles.read(tls)
                : NodeAuthority.open(config.data(), config.authority(), config.runs(Part.AUTHORITY), clock)
                        .issue(self.name());
    }

    private static VertxBuilder builder(WorkerPools pools) {
        return Vertx.builder().withMetrics(pools);
    }

    private static VertxOptions options() {
        return new VertxOptions()
                .setPreferNativeTransport(true)
                // a peer that comes back elsewhere is found: container engines answer with a TTL of minutes to a day
                .setAddressResolverOptions(new AddressResolverOptions().setCacheMaxTimeToLive(NAMES_KEPT_SECONDS))
                .setMetricsOptions(new MetricsOptions().setEnabled(true));
    }

    private static String name(ClusterConfig config) {
        return Objects.requireNonNullElseGet(config.node(), ProcessVertx::host);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
