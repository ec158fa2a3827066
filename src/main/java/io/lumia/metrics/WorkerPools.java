package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.gaugePoint;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.core.spi.metrics.PoolMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How busy the worker pools of a Vert.x instance are. Given to the instance when it is made, and told by it of every task; everything else that
 * Vert.x could measure is left out, for it has one series for each address that is spoken with.
 */
public final class WorkerPools implements VertxMetricsFactory, MultiCollector {
    private static final String WORKER = "worker";

    private final Map<String, Pool> pools = new ConcurrentSkipListMap<>();

    /** One that counts nothing until a Vert.x instance is made with it. */
    public WorkerPools() {}

    @Override
    public VertxMetrics metrics(VertxOptions options) {
        return new VertxMetrics() {
            @Override
            public boolean isMetricsEnabled() {
                return true;
            }

            @Override
            public @Nullable PoolMetrics<?, ?> createPoolMetrics(String type, String name, int size) {
                return type.equals(WORKER) ? pools.computeIfAbsent(name, first -> new Pool(size)) : null;
            }
        };
    }

    /** By pool: its size, how many of its threads are at work, and how many tasks wait. */
    @Override
    public MetricSnapshots collect() {
        var size = GaugeSnapshot.builder().name("lumia_worker_pool_size").help("Threads that a worker pool may have");
        var busy = GaugeSnapshot.builder().name("lumia_worker_pool_busy").help("Threads of a worker pool at work now");
        var queued = GaugeSnapshot.builder()
                .name("lumia_worker_pool_queued")
                .help("Tasks that wait now for a thread of a worker pool");
        pools.forEach((name, pool) -> {
            var labels = Labels.of("pool", name);
            size.dataPoint(gaugePoint(labels, pool.size));
            busy.dataPoint(gaugePoint(labels, pool.busy.get()));
            queued.dataPoint(gaugePoint(labels, pool.queued.get()));
        });
        return MetricSnapshots.of(size.build(), busy.build(), queued.build());
    }

    /** Told by the threads of the pool and those that give it work. */
    private static final class Pool implements PoolMetrics<Boolean, Boolean> {
        private final int size;
        private final AtomicInteger busy = new AtomicInteger();
        private final AtomicInteger queued = new AtomicInteger();

        Pool(int size) {
            this.size = size;
        }

        @Override
        public Boolean enqueue() {
            queued.incrementAndGet();
            return true;
        }

        @Override
        public void dequeue(Boolean enqueued) {
            queued.decrementAndGet();
        }

        @Override
        public Boolean begin() {
            busy.incrementAndGet();
            return true;
        }

        @Override
        public void end(Boolean begun) {
            busy.decrementAndGet();
        }
    }
}
