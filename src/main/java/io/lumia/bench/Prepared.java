package io.lumia.bench;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** What a client could have had ready before: made ahead, and on the spot once that is used up. */
final class Prepared<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private final Queue<T> ready = new ConcurrentLinkedQueue<>();

    Prepared(Supplier<T> maker) {
        this.maker = maker;
    }

    /** Fills up to the number. */
    void ahead(int wanted) {
        for (int there = ready.size(); there < wanted; there++) {
            ready.add(maker.get());
        }
    }

    @Override
    public T get() {
        var next = ready.poll();
        return next != null ? next : maker.get();
    }
}
