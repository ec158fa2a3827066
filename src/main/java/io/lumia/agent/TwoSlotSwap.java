package io.lumia.agent;

import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.MqttConnection;
import io.lumia.tls.IdentityFiles;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A new certificate beside the one in use: ordered, proven by a connection of its own, promoted by taking the MQTT session over. Until the new
 * connection stands, nothing of the old is given up.
 */
final class TwoSlotSwap {
    private static final Duration QUIET_AT_MOST = Duration.ofSeconds(2);

    private final Identity identity;
    private final ClientSession session;
    private final MqttConnection.Listener listener;
    private boolean takingOver;

    TwoSlotSwap(Identity identity, ClientSession session, MqttConnection.Listener listener) {
        this.identity = identity;
        this.session = session;
        this.listener = listener;
    }

    /** Completes with the connection that has the session now; fails with {@link StepFailed} when everything stays as it was. */
    Future<MqttConnection> run(@Nullable MqttConnection old, Map<String, Integer> filters) {
        return identity.order()
                .compose(staged -> probe(staged)
                        .compose(proven -> quiet())
                        .compose(quiet -> takeOver(staged, filters))
                        .compose(link -> identity.promote(staged)
                                .recover(failure -> giveBack(link, failure))
                                .map(link))
                        .onSuccess(link -> adopt(old))
                        .recover(failure -> rollBack(staged, failure)));
    }

    private Future<Void> probe(IdentityFiles.Generation staged) {
        return identity.probe(staged.material());
    }

    /** Lets the broker acknowledge what is in flight, so that the take-over repeats nothing; what stays is sent again. */
    private Future<Void> quiet() {
        return session.hold()
                .timeout(QUIET_AT_MOST.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    /** Whether the broker has been asked to hand the session over, and so may end the old connection. */
    boolean isTakingOver() {
        return takingOver;
    }

    private Future<MqttConnection> takeOver(IdentityFiles.Generation staged, Map<String, Integer> filters) {
        takingOver = true;
        return identity.connect(staged.material(), session, listener).compose(link -> {
            var ready = link.terms().sessionPresent() ? Future.<Void>succeededFuture() : link.subscribe(filters);
            return ready.map(link).recover(failure -> giveBack(link, failure));
        });
    }

    /** The old connection is over already: the broker closed it when it handed the session over. */
    private void adopt(@Nullable MqttConnection old) {
        session.resume();
        if (old != null) {
            old.disconnect().otherwiseEmpty();
        }
    }

    private static <T> Future<T> giveBack(MqttConnection link, Throwable failure) {
        return link.disconnect().transform(closed -> Future.failedFuture(failure));
    }

    private Future<MqttConnection> rollBack(IdentityFiles.Generation staged, Throwable failure) {
        session.resume();
        return identity.discard(staged).transform(gone -> Future.failedFuture(StepFailed.rolledBack(failure)));
    }
}
