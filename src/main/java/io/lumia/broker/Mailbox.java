package io.lumia.broker;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Work that one thread at a time does: the event loop that is its home, or whoever put something in while there is none. So nothing behind it needs
 * a lock, and nobody waits to hand over.
 */
final class Mailbox {
    private static final int LONGEST_TURN = 512;
    private static final int CROWD = 4096;

    /** Work that is done at a new home. */
    private record Move(Context to, Object work) {}

    private final Queue<Object> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger length = new AtomicInteger();
    private final Consumer<Object> worker;
    private volatile @Nullable Context home;

    Mailbox(Consumer<Object> worker) {
        this.worker = worker;
    }

    void put(Object work) {
        waiting.add(work);
        if (length.getAndIncrement() == 0) {
            goOn();
        }
    }

    /** This work and all after it is done there, what came before it not. */
    void moveTo(Context next, Object work) {
        put(new Move(next, work));
    }

    /** Called by the work: there is no home any more. */
    void leave() {
        home = null;
    }

    boolean isCrowded() {
        return length.get() > CROWD;
    }

    private void goOn() {
        var there = home;
        if (there == null || there == Vertx.currentContext()) {
            empty();
        } else {
            there.runOnContext(turn -> empty());
        }
    }

    private void empty() {
        int turns = 0;
        var here = home;
        int due = length.get();
        while (due > 0) {
            int done = 0;
            while (done < due && home == here && moveFor(waiting.peek()) == here) {
                var work = waiting.remove();
                worker.accept(work instanceof Move move ? move.work : work);
                done++;
            }
            turns += done;
            int left = length.addAndGet(-done);
            if (left > 0 && (done < due || turns > LONGEST_TURN)) {
                elsewhere();
                return;
            }
            due = left;
        }
    }

    private @Nullable Context moveFor(@Nullable Object next) {
        if (next instanceof Move move) {
            home = move.to;
        }
        return home;
    }

    private void elsewhere() {
        var there = home;
        if (there == null) {
            empty();
        } else {
            there.runOnContext(turn -> empty());
        }
    }
}
