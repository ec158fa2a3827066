package io.lumia.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import io.lumia.bus.FleetBus.ClusterNode;
import io.lumia.bus.FleetBus.ClusterState;
import io.lumia.bus.NodeId;
import io.lumia.config.CannotStart;
import io.lumia.config.ClusterConfig;
import io.lumia.tls.NodeCredentials;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Instant;
import java.util.Comparator;
import java.util.function.Consumer;

/** The Vert.x of a process that is a node of a cluster, and whom it sees there. */
public final class ClusterLink {
    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final int expected;
    private final Validity certificate;

    private ClusterLink(Vertx vertx, HazelcastInstance hazelcast, int expected, Validity certificate) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.expected = expected;
        this.certificate = certificate;
    }

    /**
     * Joins the members that answer; where none does, this node begins alone, and those that come later join it.
     *
     * @param builder with everything but the options
     * @param since when this run began
     * @return fails with {@link CannotStart} when a port is taken or an address is not this machine's
     */
    public static Future<ClusterLink> join(
            VertxBuilder builder,
            VertxOptions options,
            ClusterConfig config,
            NodeCredentials credentials,
            NodeId self,
            String version,
            Instant since) {
        System.setProperty("hazelcast.logging.type", "slf4j"); // its first lines ask nothing else
        var manager = new HazelcastClusterManager(Membership.of(config, self, version, since));
        return builder.with(options.setEventBusOptions(BusSecurity.options(config, credentials)))
                .withClusterManager(manager)
                .buildClustered()
                .map(vertx -> new ClusterLink(
                        vertx,
                        manager.getHazelcastInstance(),
                        expected(config),
                        Validity.of(credentials.own().leaf())))
                .recover(failed -> Future.failedFuture(new CannotStart(
                        "cluster: cannot listen on " + config.host() + ", ports " + config.port() + " and "
                                + config.busPort() + " (" + failed.getMessage()
                                + "); choose cluster.host, cluster.port and cluster.bus-port that are free on this machine",
                        failed)));
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Whom this node sees now. */
    public ClusterState state() {
        return new ClusterState(
                hazelcast.getCluster().getMembers().stream()
                        .map(ClusterLink::node)
                        .sorted(Comparator.comparing(
                                        (ClusterNode node) -> node.id().name())
                                .thenComparing(ClusterNode::since))
                        .toList(),
                expected,
                certificate);
    }

    /** Calls back on a thread of its own for each that comes or goes. */
    void watch(Consumer<ClusterNode> came, Consumer<ClusterNode> went) {
        var unused = hazelcast.getCluster().addMembershipListener(new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                came.accept(node(event.getMember()));
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                went.accept(node(event.getMember()));
            }
        });
    }

    private static ClusterNode node(Member member) {
        return new ClusterNode(
                new NodeId(member.getAttribute(Membership.NAME), member.getAttribute(Membership.INCARNATION)),
                member.getAttribute(Membership.VERSION),
                Instant.parse(member.getAttribute(Membership.SINCE)),
                member.getAddress().getHost() + ":" + member.getAddress().getPort(),
                member.localMember());
    }

    /** This node and the others. */
    private static int expected(ClusterConfig config) {
        var others = config.members().stream()
                .filter(member -> member.port() != config.port() || !Membership.isOwn(member.host(), config.host()))
                .distinct()
                .count();
        return (int) others + 1;
    }
}
