package io.lumia.broker;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes may be held for a purpose, over all event loops. Who asks first and takes then may pass the bound by one message each. */
final class ByteBudget {
    private final long most;
    private final AtomicLong held = new AtomicLong();

    ByteBudget(long most) {
        this.most = most;
    }

    boolean has(long bytes) {
        return held.get() + bytes <= most;
    }

    /**
     * For holders among whom the bytes are shared: each may hold as much as is left free. So none gets all, and however many are greedy, there is
     * something left for who comes next.
     *
     * @param own what the holder has
     */
    boolean has(long bytes, long own) {
        return own + bytes <= most - held.get();
    }

    void take(long bytes) {
        held.addAndGet(bytes);
    }

    void giveBack(long bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
