package io.lumia.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import io.lumia.bus.NodeId;
import io.lumia.config.CannotStart;
import io.lumia.config.ClusterConfig;
import io.lumia.config.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Map;

/**
 * How Hazelcast finds and watches the nodes. It keeps which node listens at which address and nothing else: no message and no secret goes through
 * it.
 */
final class Membership {
    static final String NAME = "lumia.name";
    static final String INCARNATION = "lumia.incarnation";
    static final String VERSION = "lumia.version";
    static final String SINCE = "lumia.since";

    /** Few, since little is kept, and the same in every version: Hazelcast lets in nobody with another number. */
    private static final String PARTITIONS = "31";

    /** A node that is silent for ten seconds is out; two halves look for each other as often. */
    private static final Map<String, String> TIMES = Map.of(
            "hazelcast.heartbeat.interval.seconds", "1",
            "hazelcast.max.no.heartbeat.seconds", "10",
            "hazelcast.merge.first.run.delay.seconds", "10",
            "hazelcast.merge.next.run.delay.seconds", "5",
            "hazelcast.wait.seconds.before.join", "0",
            "hazelcast.max.wait.seconds.before.join", "1",
            "hazelcast.operation.call.timeout.millis", "10000",
            "hazelcast.graceful.shutdown.max.wait", "5");

    private static final Map<String, String> QUIET = Map.of(
            "hazelcast.logging.type", "slf4j",
            "hazelcast.phone.home.enabled", "false",
            "hazelcast.health.monitoring.level", "OFF",
            "hazelcast.shutdownhook.enabled", "false",
            "hazelcast.socket.bind.any", "false");

    private Membership() {}

    /** @throws CannotStart when {@code cluster.host} is no address */
    static Config of(ClusterConfig config, NodeId self, String version, Instant since) {
        var settings = new Config(config.name() + "." + self.incarnation()).setClusterName(config.name());
        TIMES.forEach(settings::setProperty);
        QUIET.forEach(settings::setProperty);
        settings.setProperty("hazelcast.partition.count", PARTITIONS);
        settings.setNetworkConfig(network(config));
        settings.getMetricsConfig().setEnabled(false);
        settings.getJetConfig().setEnabled(false);
        settings.addMultiMapConfig(
                new MultiMapConfig("__vertx.subs").setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        settings.getSerializationConfig().setJavaSerializationFilterConfig(onlyVertx());
        settings.getMemberAttributeConfig()
                .setAttribute(NAME, self.name())
                .setAttribute(INCARNATION, self.incarnation())
                .setAttribute(VERSION, version)
                .setAttribute(SINCE, since.toString());
        return settings;
    }

    private static NetworkConfig network(ClusterConfig config) {
        var network = new NetworkConfig()
                .setPort(config.port())
                .setPortAutoIncrement(false)
                .setReuseAddress(true);
        network.getMemberAddressProviderConfig()
                .setEnabled(true)
                .setImplementation(listensAt(new InetSocketAddress(address(config.host()), config.port())));
        network.getJoin().getAutoDetectionConfig().setEnabled(false);
        network.getJoin().getMulticastConfig().setEnabled(false);
        var members = network.getJoin().getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(3);
        config.members().stream().map(HostPort::toString).forEach(members::addMember);
        network.getRestApiConfig().setEnabled(false);
        return network;
    }

    /** Not by {@code interfaces}: with those Hazelcast takes a member's name only where it leads to this machine. */
    private static MemberAddressProvider listensAt(InetSocketAddress address) {
        return new MemberAddressProvider() {
            @Override
            public InetSocketAddress getBindAddress() {
                return address;
            }

            @Override
            public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
                return address;
            }

            @Override
            public InetSocketAddress getPublicAddress() {
                return address;
            }

            @Override
            public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
                return address;
            }
        };
    }

    /** Whether the member is this very node: by the same name or the same address. */
    static boolean isOwn(String member, String host) {
        try {
            return member.equals(host) || InetAddress.getByName(member).equals(InetAddress.getByName(host));
        } catch (UnknownHostException notYet) {
            return false;
        }
    }

    private static String address(String host) {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException unknown) {
            throw new CannotStart(
                    "cluster.host: " + host
                            + " has no address here; name the one at which the other nodes reach this one",
                    unknown);
        }
    }

    /** Whoever reaches the port could send objects of any class otherwise. */
    private static JavaSerializationFilterConfig onlyVertx() {
        var filter = new JavaSerializationFilterConfig();
        filter.getWhitelist()
                .addPrefixes("io.vertx.spi.cluster.hazelcast.", "com.hazelcast.", "java.lang.", "java.util.", "[");
        return filter;
    }
}
