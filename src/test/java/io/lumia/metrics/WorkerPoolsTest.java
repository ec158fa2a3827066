package io.lumia.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.metrics.MetricsOptions;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerPoolsTest {
    private final WorkerPools pools = new WorkerPools();
    private final Vertx vertx = Vertx.builder()
            .with(new VertxOptions().setMetricsOptions(new MetricsOptions().setEnabled(true)))
            .withMetrics(pools)
            .build();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void shows_what_a_pool_works_on_and_what_waits_for_it() {
        var worker = vertx.createSharedWorkerExecutor("signers", 2);
        var go = new CountDownLatch(1);
        var begun = new CountDownLatch(2);
        var tasks = IntStream.range(0, 5)
                .mapToObj(i -> worker.executeBlocking(
                        () -> {
                            begun.countDown();
                            go.await();
                            return i;
                        },
                        false))
                .toList();

        Await.until(vertx, "two are at work", () -> begun.getCount() == 0 && value("busy") == 2);
        assertThat(value("size")).isEqualTo(2);
        assertThat(value("queued")).isEqualTo(3);

        go.countDown();
        Await.result(Future.all(tasks));
        Await.until(vertx, "none is left", () -> value("busy") == 0 && value("queued") == 0);
    }

    private double value(String what) {
        return pools.collect().stream()
                .filter(metric -> metric.getMetadata().getName().equals("lumia_worker_pool_" + what))
                .flatMap(metric -> ((GaugeSnapshot) metric).getDataPoints().stream())
                .filter(point -> "signers".equals(point.getLabels().get("pool")))
                .findFirst()
                .orElseThrow()
                .getValue();
    }
}
