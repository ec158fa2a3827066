package io.lumia.provisioning;

import io.lumia.store.Settings;
import io.vertx.core.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where an operator's setting survives a restart: one text under one key. */
interface GateMemory {
    Future<Optional<String>> recall();

    /** Completes once the text is durable. */
    Future<Void> keep(String text);

    /** Whether other nodes keep theirs here too. */
    default boolean isShared() {
        return false;
    }

    /**
     * Keeps it, unless another node changed it since.
     *
     * @param before what the caller knows; null: nothing was kept
     * @return whether this call did it
     */
    default Future<Boolean> replace(@Nullable String before, String text) {
        return keep(text).map(true);
    }

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

            @Override
            public boolean isShared() {
                return settings.isShared();
            }

            @Override
            public Future<Boolean> replace(@Nullable String before, String text) {
                return isShared()
                        ? settings.replace(KEY, before, text)
                        : keep(text).map(true);
            }
        };
    }
}
