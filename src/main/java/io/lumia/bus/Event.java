package io.lumia.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.function.Consumer;

/**
 * A fact told to whoever listens.
 *
 * @param address where it is told
 * @param fact the record that travels
 * @param reach whether the other nodes hear it as well
 */
public record Event<E extends Record>(String address, Class<E> fact, Reach reach) {
    private static final String TOLD_BY = "told-by";

    /** That every node hears. */
    public Event(String address, Class<E> fact) {
        this(address, fact, Reach.CLUSTER);
    }

    /** That only this process hears. */
    public Event<E> local() {
        return new Event<>(address, fact, Reach.PROCESS);
    }

    /** Tells every listener once; returns at once. Those of this process hear it even while the cluster is out of order. */
    public void publish(Vertx vertx, E happened) {
        vertx.eventBus().publish(address, happened, Origin.travel(RecordCodec.delivery()));
        if (reachesOthers(vertx)) {
            var delivery =
                    new DeliveryOptions().addHeader(TOLD_BY, NodeId.of(vertx).incarnation());
            vertx.eventBus().publish(Wire.address(address), Wire.write(happened), Origin.travel(delivery));
        }
    }

    /** Hears every fact from now on, of whatever node; completes once the address is registered. */
    public Future<Void> listen(Vertx vertx, Consumer<E> listener) {
        var here = listenHere(vertx, listener);
        return reachesOthers(vertx) ? here.compose(listening -> listenToOthers(vertx, listener)) : here;
    }

    /** Hears what this process tells and nothing else, for those who count or record what each node does itself. */
    public Future<Void> listenHere(Vertx vertx, Consumer<E> listener) {
        return vertx.eventBus()
                .localConsumer(address, message -> {
                    Origin.arrive(message.headers());
                    listener.accept(fact.cast(message.body()));
                })
                .completion();
    }

    private boolean reachesOthers(Vertx vertx) {
        return reach == Reach.CLUSTER && vertx.isClustered();
    }

    private Future<Void> listenToOthers(Vertx vertx, Consumer<E> listener) {
        var self = NodeId.of(vertx).incarnation();
        return vertx.eventBus()
                .<Buffer>consumer(Wire.address(address), message -> {
                    if (!self.equals(message.headers().get(TOLD_BY))) {
                        Origin.arrive(message.headers());
                        listener.accept(Wire.read(message.body(), fact));
                    }
                })
                .completion();
    }
}
