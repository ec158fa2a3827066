package io.lumia.metrics;

import static io.lumia.bus.FleetBus.DESCRIBE_CLUSTER;
import static io.lumia.bus.FleetBus.NODE_JOINED;
import static io.lumia.bus.FleetBus.NODE_LEFT;
import static io.lumia.metrics.Snapshots.gauge;

import io.lumia.bus.FleetBus.ClusterState;
import io.lumia.bus.FleetBus.DescribeCluster;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What this node sees of its cluster; nothing where there is none. */
final class ClusterMetrics implements MultiCollector {
    private final LongAdder joins = new LongAdder();
    private final LongAdder leaves = new LongAdder();
    private volatile @Nullable ClusterState latest;

    Future<?> listen(Vertx vertx) {
        return NODE_JOINED
                .listenHere(vertx, joined -> joins.increment())
                .compose(listening -> NODE_LEFT.listenHere(vertx, left -> leaves.increment()));
    }

    /** Takes what the next scrape shows; empty where this process is no node. */
    Future<Optional<ClusterState>> sample(Vertx vertx) {
        return DESCRIBE_CLUSTER
                .ask(vertx, new DescribeCluster())
                .onSuccess(state -> latest = state)
                .map(Optional::of)
                .otherwise(Optional.empty());
    }

    @Override
    public MetricSnapshots collect() {
        var state = latest;
        return state == null
                ? new MetricSnapshots()
                : new MetricSnapshots(
                        gauge(
                                "lumia_cluster_nodes",
                                "Nodes of the cluster that this one sees, itself included",
                                state.nodes().size()),
                        gauge(
                                "lumia_cluster_nodes_expected",
                                "Nodes that cluster.members names, this one included",
                                state.expected()),
                        counter("lumia_cluster_joins", "Nodes that this one saw come", joins),
                        counter("lumia_cluster_leaves", "Nodes that this one saw go, or lost sight of", leaves));
    }

    private static CounterSnapshot counter(String name, String help, LongAdder count) {
        var point =
                CounterDataPointSnapshot.builder().value((double) count.sum()).build();
        return CounterSnapshot.builder().name(name).help(help).dataPoint(point).build();
    }
}
