package io.lumia.audit;

import io.vertx.core.Future;
import java.util.Optional;

/** Remembers the head of the chain elsewhere than in the log, so that lines missing at its end are found. */
public interface Witness {
    /** Told when a start finds fewer lines than are remembered. */
    String BREAK = "audit.break";

    Future<Optional<Head>> recall();

    Future<Void> remember(Head head);
}
