package io.lumia.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.function.Function;

/**
 * A question with exactly one answerer.
 *
 * @param address where the answerer listens
 * @param question what is asked
 * @param answer what comes back; a refusal is one of its values
 * @param patience how long the asker waits
 */
public record Call<Q extends Record, A>(String address, Class<Q> question, Class<A> answer, Duration patience) {

    /**
     * Asks. A refusal is an {@code A}; the Future fails only when the answerer broke ({@code ReplyException}), did not answer within
     * {@link #patience} or is not deployed in this process ({@link #isAbsent}).
     */
    public Future<A> ask(Vertx vertx, Q asked) {
        var delivery = Origin.travel(RecordCodec.delivery()).setSendTimeout(patience.toMillis());
        return vertx.eventBus().request(address, asked, delivery).map(reply -> answer.cast(reply.body()));
    }

    /** Answers every question put to this address; completes once the address is registered. */
    public Future<Void> serve(Vertx vertx, Function<Q, Future<A>> answerer) {
        return vertx.eventBus()
                .localConsumer(address, message -> {
                    Origin.arrive(message.headers());
                    var unused = Future.succeededFuture(question.cast(message.body()))
                            .compose(answerer)
                            .onComplete(
                                    given -> message.reply(given, RecordCodec.delivery()),
                                    broken -> message.fail(500, broken.toString()));
                })
                .completion();
    }

    /** Whether a failed {@link #ask} means that nobody in this process answers such questions. */
    public static boolean isAbsent(Throwable failure) {
        return failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
    }
}
