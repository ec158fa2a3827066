package io.lumia.authority.revocation;

import io.lumia.x509.RevokedCertificate;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DATA/ca/revocations.log: every revocation, outside the database, so that a restored backup cannot undo one. Lines are only ever appended; those
 * that wait are written and synced together. What could not be written is owed, and comes before everything later.
 */
final class RevocationJournal {
    private static final Logger log = LoggerFactory.getLogger(RevocationJournal.class);
    private static final long LONGEST_SECONDS = 30;
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final Output output;
    private final Queue<Pending> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean retrying = new AtomicBoolean();
    /** Used by the worker alone, as is the end of the last whole line. */
    private final List<RevokedCertificate> owed = new ArrayList<>();

    private long end;

    private record Pending(List<RevokedCertificate> revoked, Context caller, Promise<Void> written) {}

    /** Puts lines at this place of the file, durably; says where the next one goes. */
    interface Output extends Closeable {
        long write(long position, ByteBuffer lines) throws IOException;

        @Override
        default void close() throws IOException {}
    }

    RevocationJournal(Vertx vertx, JournalFile file) {
        this(vertx, file.output(), file.end());
    }

    RevocationJournal(Vertx vertx, Output output, long end) {
        this.vertx = vertx;
        this.output = output;
        this.end = end;
        worker = vertx.createSharedWorkerExecutor("lumia-journal", 1, LONGEST_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Completes once these and all before them are on disk. What failed is written with the next ones; so the same revocation need not be appended
     * again.
     *
     * @param revoked may be empty: then it only waits for the others
     */
    Future<Void> append(List<RevokedCertificate> revoked) {
        var pending = new Pending(List.copyOf(revoked), vertx.getOrCreateContext(), Promise.promise());
        waiting.add(pending);
        drainSoon();
        return pending.written.future();
    }

    Future<Void> close() {
        return append(List.of())
                .eventually(() -> worker.executeBlocking(
                        () -> {
                            output.close();
                            return null;
                        },
                        false))
                .eventually(worker::close);
    }

    private void drainSoon() {
        if (!waiting.isEmpty() && draining.compareAndSet(false, true)) {
            worker.<Void>executeBlocking(
                            () -> {
                                drain();
                                return null;
                            },
                            false)
                    .onFailure(broken -> {
                        draining.set(false);
                        drainSoon();
                    });
        }
    }

    private void drain() {
        var batch = new ArrayList<Pending>();
        try {
            for (var pending = waiting.poll(); pending != null; pending = waiting.poll()) {
                batch.add(pending);
                owed.addAll(pending.revoked);
            }
            write();
            batch.forEach(pending -> pending.caller.runOnContext(turn -> pending.written.complete()));
        } catch (IOException | RuntimeException notWritten) {
            log.atError()
                    .setCause(notWritten)
                    .addKeyValue("revocations", owed.size())
                    .log("the revocation journal cannot be written; give it space and access, it is tried again");
            batch.forEach(pending -> pending.caller.runOnContext(turn -> pending.written.fail(notWritten)));
            retryLater();
        } finally {
            draining.set(false);
            drainSoon();
        }
    }

    private void write() throws IOException {
        if (owed.isEmpty()) {
            return;
        }
        var text = new StringBuilder();
        owed.forEach(revoked -> text.append(JournalLine.of(revoked)));
        end = output.write(end, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII)));
        owed.clear();
    }

    private void retryLater() {
        if (retrying.compareAndSet(false, true)) {
            vertx.setTimer(RETRY.toMillis(), over -> {
                retrying.set(false);
                var unused = append(List.of());
            });
        }
    }
}
