package io.lumia.broker;

import java.util.concurrent.atomic.AtomicInteger;

/** A message in the store. Its row goes with the last that refers to it. */
final class StoredMessage {
    private final long id;
    private final AtomicInteger references = new AtomicInteger();

    StoredMessage(long id) {
        this.id = id;
    }

    long id() {
        return id;
    }

    /** For a message that is about to be stored, or that was just loaded. */
    void refer() {
        references.incrementAndGet();
    }

    /** @return false when nothing refers to it any more, so that its row may be gone */
    boolean referAgain() {
        return references.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** @return whether that was the last reference */
    boolean release() {
        return references.decrementAndGet() == 0;
    }

    boolean isReferred() {
        return references.get() > 0;
    }
}
