package io.lumia.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The questions that one process may ask another: those to the authority. They travel as JSON. */
public final class RemoteCalls {
    private static final Map<String, Call<?, ?>> BY_ADDRESS = List.<Call<?, ?>>of(
                    FleetBus.ISSUE_CERTIFICATE,
                    FleetBus.DESCRIBE_CERTIFICATE,
                    FleetBus.REVOKE_CERTIFICATE,
                    FleetBus.LIST_CERTIFICATES,
                    FleetBus.COUNT_CERTIFICATES,
                    FleetBus.COUNT_OVERDUE,
                    FleetBus.FORECAST_RENEWALS,
                    FleetBus.LIST_SOONEST,
                    FleetBus.DESCRIBE_AUTHORITY,
                    FleetBus.LIST_DEVICES,
                    FleetBus.RELEASE_NAME,
                    FleetBus.DESCRIBE_TRUST,
                    FleetBus.CONFIRM_TRUST,
                    FleetBus.DESCRIBE_CA_ROTATION,
                    FleetBus.FOLLOW_NEWS)
            .stream()
            .collect(Collectors.toUnmodifiableMap(Call::address, Function.identity()));

    private RemoteCalls() {}

    /**
     * Puts a question that came from another process to this one's bus.
     *
     * @return empty when no question of this address may come from outside; the Future fails with {@link IllegalArgumentException} when the JSON is
     *     no such question, and otherwise as {@link Call#ask}
     */
    public static Optional<Future<Buffer>> answer(Vertx vertx, String address, Buffer question) {
        return Optional.ofNullable(BY_ADDRESS.get(address)).map(call -> ask(vertx, call, question));
    }

    /**
     * Answers all these questions in this process by handing them on.
     *
     * @param onward takes address and question, gives the answer
     */
    public static Future<?> forward(Vertx vertx, BiFunction<String, Buffer, Future<Buffer>> onward) {
        return Future.all(BY_ADDRESS.values().stream()
                .map(call -> forward(vertx, call, onward))
                .toList());
    }

    private static <Q extends Record, A> Future<Buffer> ask(Vertx vertx, Call<Q, A> call, Buffer question) {
        Q asked;
        try {
            asked = RecordJson.read(question.getBytes(), call.question());
        } catch (IllegalArgumentException unreadable) {
            return Future.failedFuture(unreadable);
        }
        return call.ask(vertx, asked).map(answer -> Buffer.buffer(RecordJson.write(answer)));
    }

    private static <Q extends Record, A> Future<Void> forward(
            Vertx vertx, Call<Q, A> call, BiFunction<String, Buffer, Future<Buffer>> onward) {
        return call.serve(
                vertx,
                asked -> onward.apply(call.address(), Buffer.buffer(RecordJson.write(asked)))
                        .map(answer -> RecordJson.read(answer.getBytes(), call.answer())));
    }
}
