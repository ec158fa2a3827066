package io.lumia.fakes;

import io.lumia.authority.NodeAuthority;
import io.lumia.bus.FleetBus;
import io.lumia.bus.NodeId;
import io.lumia.cluster.ClusterLink;
import io.lumia.cluster.ClusterVerticle;
import io.lumia.config.ClusterConfig;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.HostPort;
import io.lumia.tls.NodeCredentials;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/** A node of a cluster on loopback, without parts. */
public final class TestNode implements AutoCloseable {
    private final ClusterLink link;
    private final NodeId self;

    private final int busPort;

    private TestNode(ClusterLink link, NodeId self, int busPort) {
        this.link = link;
        this.self = self;
        this.busPort = busPort;
    }

    /**
     * Joins those of the members that run.
     *
     * @param members ports at which nodes find each other
     * @param port its own of them
     */
    public static TestNode join(String name, List<Integer> members, int port, NodeCredentials credentials) {
        return join(
                name,
                members.stream()
                        .map(member -> new HostPort("127.0.0.1", member))
                        .toList(),
                "127.0.0.1",
                port,
                credentials);
    }

    /** Likewise, at an address of loopback of its own. */
    public static TestNode join(
            String name, List<HostPort> members, String host, int port, NodeCredentials credentials) {
        var self = NodeId.started(name, new SecureRandom());
        var config = new ClusterConfig(
                true,
                name,
                host,
                port,
                FreePort.anywhere(),
                members,
                "test-" + members.get(0).port(),
                new ClusterConfig.Tls(null, null, List.of()));
        var clock = Clock.systemUTC();
        var link = Await.result(ClusterLink.join(
                Vertx.builder(), new VertxOptions(), config, credentials, self, "1.0", clock.instant()));
        FleetBus.install(link.vertx(), self);
        Await.result(link.vertx().deployVerticle(new ClusterVerticle(link)));
        return new TestNode(link, self, config.busPort());
    }

    /** Of a CA of nodes in this data directory, made where there is none. */
    public static NodeCredentials credentials(Path data, String name) {
        var authority = new ConfigLoader()
                .load(ConfigSources.ofProfile("standalone"))
                .config()
                .authority();
        return NodeAuthority.open(data, authority, true, Clock.systemUTC()).issue(name);
    }

    public Vertx vertx() {
        return link.vertx();
    }

    public ClusterLink link() {
        return link;
    }

    public NodeId id() {
        return self;
    }

    /** Where the other nodes talk with it. */
    public int busPort() {
        return busPort;
    }

    /** Leaves the cluster. */
    @Override
    public void close() {
        Await.result(link.vertx().close());
    }
}
