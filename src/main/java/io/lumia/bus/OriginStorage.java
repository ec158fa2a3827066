package io.lumia.bus;

import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

/** Reserves the place of the {@link Origin} in each context. Vert.x finds it as a service, since places are given before it starts. */
public final class OriginStorage implements VertxServiceProvider {
    static final ContextLocal<Origin> PLACE = ContextLocal.registerLocal(Origin.class);

    @Override
    public void init(VertxBootstrap starting) {
        // the place was reserved when this class was loaded
    }
}
