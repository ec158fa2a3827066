package io.lumia.broker.durable;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. Event loops hand their changes over without a lock; it commits whatever waits as one batch, then tells those who
 * wait, each on its own context. When the disk refuses, new things are refused, and changes of what is kept wait until it takes them again.
 */
final class StoreWriter implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);
    private static final int MOST_TOGETHER = 4096;
    private static final long MUCH = 16 * 1024 * 1024;
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final List<Change> PROBE = List.of(Change.put(Table.META, "probe", new byte[0]));
    private static final int LOOK_EVERY = 256;
    private static final int FILL_WHEN_BUSY = 20;
    private static final int FILL_WHEN_IDLE = 50;
    private static final long SMALL_FILE = 1024 * 1024;
    private static final long LARGE_FILE = 64 * SMALL_FILE;

    /**
     * Changes that belong together.
     *
     * @param refusable whether they are refused when the disk does; otherwise they wait for it
     * @param context where {@code done} is called
     * @param done told whether the changes are kept
     */
    private record Work(
            List<Change> changes,
            boolean refusable,
            @Nullable Context context,
            @Nullable Consumer<Boolean> done,
            long size) {}

    private final Rows rows;
    private final boolean toDisk;
    private final Thread thread;
    private final Queue<Work> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final List<Work> owed = new ArrayList<>();
    private volatile boolean sleeping;
    private volatile boolean closing;
    private volatile StoreFigures figures;
    private long failedAt;

    /** @param toDisk whether a batch is forced to the disk before anybody is told; else it is with the operating system */
    StoreWriter(Rows rows, boolean toDisk) {
        this.rows = rows;
        this.toDisk = toDisk;
        this.figures =
                new StoreFigures(false, rows.size(), rows.rows(Table.MESSAGES), rows.rows(Table.COPIES), 0, 0, 0, 0);
        this.thread = new Thread(this, "lumia-broker-store");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks. After {@link #close} nobody is told any more. */
    void submit(List<Change> changes, boolean refusable, @Nullable Context context, @Nullable Consumer<Boolean> done) {
        long size = 0;
        for (Change change : changes) {
            size += change.size();
        }
        waitingBytes.addAndGet(size);
        waiting.add(new Work(changes, refusable, context, done, size));
        if (sleeping) {
            LockSupport.unpark(thread);
        }
    }

    /** Whether so much waits that nobody should bring more for a moment. */
    boolean isBehind() {
        return waitingBytes.get() > MUCH;
    }

    StoreFigures figures() {
        return figures;
    }

    /** Writes what waits and closes the file. Blocks until then. */
    void close() {
        closing = true;
        if (thread.getState() == Thread.State.NEW) {
            closeRows();
            return;
        }
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException asked) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the thread

    @Override
    public void run() {
        while (true) {
            boolean last = closing;
            var batch = next();
            if (!batch.isEmpty() || mayRetry()) {
                write(batch);
            } else if (last) {
                break;
            } else {
                rest();
            }
        }
        closeRows();
    }

    private void closeRows() {
        try {
            rows.close();
        } catch (RuntimeException broken) {
            log.atWarn().addKeyValue("reason", broken.getMessage()).log("the broker's store was not closed in order");
        }
    }

    private boolean mayRetry() {
        return figures.failing() && !closing && System.nanoTime() - failedAt >= RETRY_NANOS;
    }

    private List<Work> next() {
        var batch = new ArrayList<Work>();
        while (batch.size() < MOST_TOGETHER) {
            var work = waiting.poll();
            if (work == null) {
                break;
            }
            waitingBytes.addAndGet(-work.size);
            batch.add(work);
        }
        return batch;
    }

    private void rest() {
        sleeping = true;
        if (waiting.isEmpty() && !closing) {
            long began = System.nanoTime();
            LockSupport.parkNanos(this, IDLE_NANOS);
            if (waiting.isEmpty() && System.nanoTime() - began >= IDLE_NANOS) {
                tidy(SMALL_FILE, FILL_WHEN_IDLE);
            }
        }
        sleeping = false;
    }

    private void write(List<Work> batch) {
        if (figures.failing() && !mayRetry()) {
            refuse(batch);
            return;
        }
        long began = System.nanoTime();
        try {
            if (figures.failing()) {
                rows.reopen();
                rows.commit(PROBE);
            }
            int changes = commit(batch);
            wrote(changes, System.nanoTime() - began);
        } catch (RuntimeException | OutOfMemoryError refused) {
            failed(refused);
            refuse(batch);
            return;
        }
        tell(batch);
        if (figures.commits() % LOOK_EVERY == 0) {
            tidy(LARGE_FILE, FILL_WHEN_BUSY);
        }
    }

    private int commit(List<Work> batch) {
        var changes = new ArrayList<Change>();
        owed.forEach(work -> changes.addAll(work.changes));
        batch.forEach(work -> changes.addAll(work.changes));
        if (!changes.isEmpty()) {
            rows.commit(changes);
            if (toDisk) {
                rows.sync();
            }
        }
        return changes.size();
    }

    private void tell(List<Work> batch) {
        var told = new ArrayList<>(owed);
        owed.clear();
        told.addAll(batch);
        answer(told, true);
    }

    private void refuse(List<Work> batch) {
        var refused = new ArrayList<Work>();
        for (Work work : batch) {
            (work.refusable ? refused : owed).add(work);
        }
        answer(refused, false);
    }

    /** One task for each context, however many wait there. */
    private static void answer(List<Work> works, boolean kept) {
        Map<Context, List<Consumer<Boolean>>> byContext = new LinkedHashMap<>();
        for (Work work : works) {
            if (work.done != null && work.context != null) {
                byContext
                        .computeIfAbsent(work.context, first -> new ArrayList<>())
                        .add(work.done);
            }
        }
        byContext.forEach(
                (context, waiters) -> context.runOnContext(turn -> waiters.forEach(waiter -> tell(waiter, kept))));
    }

    private static void tell(Consumer<Boolean> waiter, boolean kept) {
        try {
            waiter.accept(kept);
        } catch (RuntimeException defect) {
            log.atError().setCause(defect).log("what waited for the broker's store failed");
        }
    }

    // ---- its state

    private void wrote(int changes, long nanos) {
        if (figures.failing()) {
            log.info("the broker's store can be written again");
        }
        figures = new StoreFigures(
                false,
                rows.size(),
                rows.rows(Table.MESSAGES),
                rows.rows(Table.COPIES),
                figures.commits() + 1,
                figures.changes() + changes,
                figures.commitNanos() + nanos,
                figures.failures());
    }

    private void failed(Throwable cause) {
        failedAt = System.nanoTime();
        if (!figures.failing()) {
            log.atError()
                    .setCause(cause)
                    .log(
                            "the broker's store cannot be written: messages for kept sessions and new kept sessions are refused until it can; look for space on the disk");
        }
        figures = new StoreFigures(
                true,
                figures.sizeBytes(),
                figures.messages(),
                figures.copies(),
                figures.commits(),
                figures.changes(),
                figures.commitNanos(),
                figures.failures() + 1);
    }

    /** Rows that stay keep the space of those that were written with them. */
    private void tidy(long leastSize, int leastFill) {
        if (figures.failing() || rows.size() < leastSize || rows.fill() >= leastFill) {
            return;
        }
        try {
            rows.compact();
        } catch (RuntimeException refused) {
            failed(refused);
        }
    }
}
