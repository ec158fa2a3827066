package io.lumia.cluster;

import static io.lumia.bus.FleetBus.DESCRIBE_CLUSTER;
import static io.lumia.bus.FleetBus.NODE_JOINED;
import static io.lumia.bus.FleetBus.NODE_LEFT;

import io.lumia.bus.FleetBus.ClusterNode;
import io.lumia.bus.FleetBus.NodeJoined;
import io.lumia.bus.FleetBus.NodeLeft;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Tells this process which nodes it sees, and when that changes. */
public final class ClusterVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(ClusterVerticle.class);

    private final ClusterLink link;

    public ClusterVerticle(ClusterLink link) {
        this.link = link;
    }

    @Override
    public Future<?> start() {
        link.watch(
                node -> context.runOnContext(turn -> joined(node)), node -> context.runOnContext(turn -> left(node)));
        return DESCRIBE_CLUSTER
                .serve(vertx, asked -> Future.succeededFuture(link.state()))
                .onSuccess(serving -> tellBeginning());
    }

    private void tellBeginning() {
        var state = link.state();
        if (state.nodes().size() > 1) {
            log.atInfo()
                    .addKeyValue("nodes", state.nodes().size())
                    .addKeyValue("expected", state.expected())
                    .log("joined the cluster");
        } else {
            log.atWarn()
                    .addKeyValue("expected", state.expected())
                    .log("no other node answers: this one begins alone, and the others join it when they come");
        }
        state.nodes().stream().filter(node -> !node.self()).forEach(this::warnOfNamesake);
    }

    private void joined(ClusterNode node) {
        about(log.atInfo(), node).log("a node joined the cluster");
        warnOfNamesake(node);
        NODE_JOINED.publish(vertx, new NodeJoined(node));
    }

    private void left(ClusterNode node) {
        about(log.atWarn(), node).log("a node left the cluster, or is out of reach");
        NODE_LEFT.publish(vertx, new NodeLeft(node));
    }

    private void warnOfNamesake(ClusterNode node) {
        boolean twice = link.state().nodes().stream()
                        .filter(other -> other.id().name().equals(node.id().name()))
                        .count()
                > 1;
        if (twice) {
            about(log.atWarn(), node).log("two nodes have the same name: set cluster.node to another one for each");
        }
    }

    private LoggingEventBuilder about(LoggingEventBuilder line, ClusterNode node) {
        return line.addKeyValue("node", node.id().name())
                .addKeyValue("incarnation", node.id().incarnation())
                .addKeyValue("address", node.address())
                .addKeyValue("version", node.version())
                .addKeyValue("nodes", link.state().nodes().size());
    }
}
