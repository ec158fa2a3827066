package io.lumia.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/**
 * A fact told to whoever listens.
 *
 * @param address where it is told
 * @param fact the record that travels
 */
public record Event<E extends Record>(String address, Class<E> fact) {

    /** Tells every listener; returns at once. */
    public void publish(Vertx vertx, E happened) {
        vertx.eventBus().publish(address, happened, Origin.travel(RecordCodec.delivery()));
    }

    /** Hears every fact from now on; completes once the address is registered. */
    public Future<Void> listen(Vertx vertx, Consumer<E> listener) {
        return vertx.eventBus()
                .localConsumer(address, message -> {
                    Origin.arrive(message.headers());
                    listener.accept(fact.cast(message.body()));
                })
                .completion();
    }
}
