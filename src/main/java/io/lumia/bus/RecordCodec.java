package io.lumia.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;

/** Hands immutable records from verticle to verticle by reference; refuses to leave the process: {@link Wire} is the way between nodes. */
final class RecordCodec implements MessageCodec<Object, Object> {
    private static final String NAME = "lumia-record";

    private RecordCodec() {}

    static void register(Vertx vertx) {
        vertx.eventBus().registerCodec(new RecordCodec());
    }

    static DeliveryOptions delivery() {
        return new DeliveryOptions().setCodecName(NAME).setLocalOnly(true);
    }

    @Override
    public Object transform(Object message) {
        return message;
    }

    @Override
    public void encodeToWire(Buffer buffer, Object message) {
        throw new UnsupportedOperationException("messages stay inside this process");
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
        throw new UnsupportedOperationException("messages stay inside this process");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
