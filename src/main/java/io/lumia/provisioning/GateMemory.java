package io.lumia.provisioning;

import io.vertx.core.Future;
import java.util.Optional;

/** Where an operator's setting survives a restart: one text under one key. */
interface GateMemory {
    Future<Optional<String>> recall();

    /** Completes once the text is durable. */
    Future<Void> keep(String text);
}
