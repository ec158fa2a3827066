package io.lumia.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Writes one after the other. All writes that wait are run in one transaction, each in a savepoint of its own, and answered after their common
 * commit: an fsync costs a millisecond or more, however many share it. A batch in which nobody waits for the disk is not synced.
 */
final class GroupCommit {
    private static final int MOST_AT_ONCE = 256;
    /** PostgreSQL remembers up to 64 savepoints of a transaction at hand; beyond them every reader looks them up on disk. */
    private static final int MOST_AT_ONCE_SHARED = 60;

    private static final int MOST_WAITING = 50_000;
    private static final String SAVEPOINT = "work";

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final Database database;
    private final int mostAtOnce;
    private final Queue<Write<?>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger length = new AtomicInteger();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicLong commits = new AtomicLong();
    private volatile boolean closed;

    /** @param worker of one thread */
    GroupCommit(Vertx vertx, WorkerExecutor worker, Database database) {
        this.vertx = vertx;
        this.worker = worker;
        this.database = database;
        mostAtOnce = database.isShared() ? MOST_AT_ONCE_SHARED : MOST_AT_ONCE;
    }

    /** @param synced whether the answer waits until it is on disk; else until it is with the operating system */
    <T> Future<T> submit(Function<Handle, T> work, boolean synced) {
        if (closed) {
            return Future.failedFuture(new IllegalStateException("the store is closed"));
        }
        if (length.incrementAndGet() > MOST_WAITING) {
            length.decrementAndGet();
            return Future.failedFuture(new IllegalStateException("more than " + MOST_WAITING + " writes wait"));
        }
        var write = new Write<>(work, synced, vertx.getOrCreateContext());
        waiting.add(write);
        drainSoon();
        return write.answer.future();
    }

    /** Between two transactions; the worker has one thread. */
    <T> Future<T> alone(Function<Handle, T> work) {
        return closed
                ? Future.failedFuture(new IllegalStateException("the store is closed"))
                : worker.executeBlocking(() -> database.alone(work), false);
    }

    /** Writes that wait; those that are being done count as one. */
    int waiting() {
        return length.get() + (draining.get() ? 1 : 0);
    }

    /** Transactions so far; fewer than writes when these came side by side. */
    long commits() {
        return commits.get();
    }

    Future<Void> close() {
        closed = true;
        return worker.executeBlocking(
                        () -> {
                            while (!waiting.isEmpty()) {
                                commitTogether(nextBatch());
                            }
                            return null;
                        },
                        false)
                .eventually(worker::close)
                .mapEmpty();
    }

    private void drainSoon() {
        if (!waiting.isEmpty() && draining.compareAndSet(false, true)) {
            worker.executeBlocking(this::drain, false).onFailure(this::failAll);
        }
    }

    /** One batch a turn, so that no turn of the worker is long. */
    private @Nullable Void drain() {
        try {
            commitTogether(nextBatch());
        } finally {
            draining.set(false);
            drainSoon();
        }
        return null;
    }

    private List<Write<?>> nextBatch() {
        var batch = new ArrayList<Write<?>>();
        while (batch.size() < mostAtOnce) {
            var write = waiting.poll();
            if (write == null) {
                break;
            }
            length.decrementAndGet();
            batch.add(write);
        }
        return batch;
    }

    private void commitTogether(List<Write<?>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            boolean synced = batch.stream().anyMatch(write -> write.synced);
            if (!database.isShared() || !committedPlainly(batch, synced)) {
                database.write(synced, handle -> batch.forEach(write -> write.runIn(handle)));
            }
            commits.incrementAndGet();
        } catch (RuntimeException notDurable) {
            batch.forEach(write -> write.fail(notDurable));
            if (notDurable instanceof StoreUnreachable unreachable && unreachable.outcomeIsKnown()) {
                failWaiting(unreachable.forOthers());
            }
            return;
        }
        batch.forEach(Write::tell);
    }

    /** A savepoint costs two round trips, and next to no work is refused: they are set only when one was. */
    private boolean committedPlainly(List<Write<?>> batch, boolean synced) {
        try {
            database.write(synced, handle -> batch.forEach(write -> write.runPlainly(handle)));
            return true;
        } catch (Refused oneOfThem) {
            return false;
        }
    }

    /** Each batch would wait for the database anew, and nobody for the last of them. */
    private void failWaiting(StoreUnreachable unreachable) {
        for (int left = length.get(); left > 0; left -= mostAtOnce) {
            nextBatch().forEach(write -> write.fail(unreachable));
        }
    }

    private void failAll(Throwable workerIsGone) {
        draining.set(false);
        nextBatch().forEach(write -> write.fail(workerIsGone));
    }

    /** A piece of work threw; nothing of its batch is kept. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(Throwable cause) {
            super(cause);
        }
    }

    /** One caller's work, and what came of it; used by the writer's thread alone. */
    private static final class Write<T> {
        private final Function<Handle, T> work;
        private final boolean synced;
        private final Context caller;
        private final Promise<T> answer = Promise.promise();
        private @Nullable T result;
        private @Nullable Throwable failure;

        Write(Function<Handle, T> work, boolean synced, Context caller) {
            this.work = work;
            this.synced = synced;
            this.caller = caller;
        }

        /** Throws {@link Refused} when the work throws; may be called again then. */
        void runPlainly(Handle handle) {
            failure = null;
            try {
                result = work.apply(handle);
            } catch (RuntimeException | Error refused) {
                if (Lost.of(refused).isPresent()) {
                    throw refused;
                }
                throw new Refused(refused);
            }
        }

        /** Throws only when the whole transaction is lost; may be called again then. */
        void runIn(Handle handle) {
            result = null;
            failure = null;
            handle.savepoint(SAVEPOINT);
            try {
                result = work.apply(handle);
            } catch (RuntimeException | Error refused) {
                if (Lost.of(refused).isPresent()) {
                    throw refused;
                }
                failure = refused;
                handle.rollbackToSavepoint(SAVEPOINT);
                return;
            }
            handle.releaseSavepoint(SAVEPOINT);
        }

        void tell() {
            if (failure != null) {
                fail(failure);
            } else {
                caller.runOnContext(turn -> answer.complete(result));
            }
        }

        void fail(Throwable why) {
            caller.runOnContext(turn -> answer.tryFail(why));
        }
    }
}
