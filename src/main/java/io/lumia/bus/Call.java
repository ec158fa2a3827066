package io.lumia.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
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
 * @param reach whether another node may answer where this process does not
 */
public record Call<Q extends Record, A>(
        String address, Class<Q> question, Class<A> answer, Duration patience, Reach reach) {
    /** That any node may answer. */
    public Call(String address, Class<Q> question, Class<A> answer, Duration patience) {
        this(address, question, answer, patience, Reach.CLUSTER);
    }

    /** That only this process answers. */
    public Call<Q, A> local() {
        return new Call<>(address, question, answer, patience, Reach.PROCESS);
    }

    /**
     * Asks who answers in this process; where nobody does, any node of the cluster. A refusal is an {@code A}; the Future fails only when the
     * answerer broke ({@code ReplyException}), did not answer within {@link #patience} or is not deployed ({@link #isAbsent}).
     */
    public Future<A> ask(Vertx vertx, Q asked) {
        return ask(vertx, address, asked);
    }

    /**
     * Asks one certain node, this one or another; only {@link #answerAsNode} answers it.
     *
     * @param incarnation of the node, {@link NodeId#incarnation}
     * @return fails as {@link #ask} does; a node that is gone {@link #isAbsent}, one that was lost a moment ago does not answer in time
     */
    public Future<A> askNode(Vertx vertx, String incarnation, Q asked) {
        return ask(vertx, atNode(incarnation), asked);
    }

    /** Answers every question put to this address; completes once the address is registered. */
    public Future<Void> serve(Vertx vertx, Function<Q, Future<A>> answerer) {
        return serve(vertx, address, answerer);
    }

    /** Answers every question put to this very node; completes once the address is registered. */
    public Future<Void> answerAsNode(Vertx vertx, Function<Q, Future<A>> answerer) {
        return serve(vertx, atNode(NodeId.of(vertx).incarnation()), answerer);
    }

    /** Whether a failed {@link #ask} means that nobody answers such questions. */
    public static boolean isAbsent(Throwable failure) {
        return failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
    }

    private String atNode(String incarnation) {
        return address + "@" + incarnation;
    }

    private boolean reachesOthers(Vertx vertx) {
        return reach == Reach.CLUSTER && vertx.isClustered();
    }

    private Future<A> ask(Vertx vertx, String where, Q asked) {
        Future<A> here = vertx.eventBus()
                .request(where, asked, patiently(RecordCodec.delivery()))
                .map(reply -> answer.cast(reply.body()));
        return reachesOthers(vertx)
                ? here.recover(
                        failed -> isAbsent(failed) ? askOthers(vertx, where, asked) : Future.failedFuture(failed))
                : here;
    }

    private Future<A> askOthers(Vertx vertx, String where, Q asked) {
        return vertx.eventBus()
                .<Buffer>request(Wire.address(where), Wire.write(asked), patiently(new DeliveryOptions()))
                .map(reply -> Wire.read(reply.body(), answer));
    }

    private DeliveryOptions patiently(DeliveryOptions delivery) {
        return Origin.travel(delivery).setSendTimeout(patience.toMillis());
    }

    private Future<Void> serve(Vertx vertx, String where, Function<Q, Future<A>> answerer) {
        var here = vertx.eventBus()
                .localConsumer(where, message -> {
                    Origin.arrive(message.headers());
                    var unused = Future.succeededFuture(question.cast(message.body()))
                            .compose(answerer)
                            .onComplete(
                                    given -> message.reply(given, RecordCodec.delivery()),
                                    broken -> message.fail(500, broken.toString()));
                })
                .completion();
        return reachesOthers(vertx) ? here.compose(served -> serveOthers(vertx, where, answerer)) : here;
    }

    private Future<Void> serveOthers(Vertx vertx, String where, Function<Q, Future<A>> answerer) {
        return vertx.eventBus()
                .<Buffer>consumer(Wire.address(where), message -> {
                    Origin.arrive(message.headers());
                    var unused = Future.succeededFuture(message.body())
                            .map(asked -> Wire.read(asked, question))
                            .compose(answerer)
                            .map(Wire::write)
                            .onComplete(message::reply, broken -> message.fail(500, broken.toString()));
                })
                .completion();
    }
}
