package io.lumia.provisioning;

import io.lumia.store.Settings;
import io.vertx.core.Future;
import java.util.Optional;

/** Where an operator's setting survives a restart: one text under one key. */
interface GateMemory {
    Future<Optional<String>> recall();

    /** Completes once the text is durable. */
    Future<Void> keep(String text);

    /** In the store. */
    static GateMemory in(Settings settings) {
        return new GateMemory() {
            private static final String KEY = "provisioning";

            @Override
            public Future<Optional<String>> recall() {
                return settings.read(KEY);
            }

            @Override
            public Future<Void> keep(String text) {
                return settings.write(KEY, text);
            }
        };
    }
}
