package io.lumia.renewal.target;

import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * A server whose certificate is renewed. The workflow asks in this order: {@link #current}, {@link #snapshot}, {@link #install},
 * {@link #reload}; and when anything behind the snapshot fails {@link #restore}, then {@link #reload} again. Failures are
 * {@link TargetFailed}. Never blocks its caller; one run at a time.
 */
public interface Target {
    /** Its kind, short and stable, for reports and log lines: mosquitto, emqx, haproxy, files, listener. */
    String type();

    /** What is installed; empty when there is nothing yet, or nothing that could be served (the reason is logged). */
    Future<Optional<TlsMaterial>> current();

    /** Everything that {@link #install} will replace. */
    Future<Snapshot> snapshot();

    /** Checks and puts in place, all or nothing as far as the target allows; what is being served does not change yet. */
    Future<Void> install(Installation wanted);

    /** Makes the running server take what is in place; completes with how, in a few words for the report. */
    Future<String> reload();

    /** Puts back what the snapshot holds and removes what was not there; what is being served does not change yet. */
    Future<Void> restore(Snapshot before);
}
