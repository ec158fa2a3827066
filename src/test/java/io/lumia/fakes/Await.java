package io.lumia.fakes;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Lets the test's thread wait for what happens on event loops. */
public final class Await {
    private static final long SECONDS = 60;

    private Await() {}

    public static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("nothing came within " + SECONDS + " s", late);
        }
    }

    public static Throwable failure(Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return failed.getCause();
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("nothing came within " + SECONDS + " s", late);
        }
        throw new AssertionError("a failure was expected");
    }

    /** Runs it on the context and waits for what its Future brings. */
    public static <T> T on(Context context, Supplier<Future<T>> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(entered -> {
            try {
                action.get().onComplete(done);
            } catch (RuntimeException | Error broken) {
                done.fail(broken);
            }
        });
        return result(done.future());
    }

    /** Looks from the calling thread, so that the condition may wait for answers itself. */
    public static void until(Vertx vertx, String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("did not happen: " + what);
            }
            result(vertx.timer(5, TimeUnit.MILLISECONDS));
        }
    }
}
