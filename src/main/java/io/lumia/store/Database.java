package io.lumia.store;

import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** What the store's work runs on. Blocks; call from workers. */
interface Database {
    /** Whether other processes write to it too. */
    boolean isShared();

    /** How many threads may write at once. */
    int writers();

    /** How many threads may read at once. */
    int readers();

    /** Runs what changes nothing. */
    <T> T read(Function<Handle, T> work);

    /**
     * Runs the work in one transaction; returns once that is committed. The work may be run again when the transaction was in the way of another
     * node's.
     *
     * @param synced whether the commit is on disk when this returns
     * @throws RuntimeException when it was not committed, or nobody knows: {@link StoreUnreachable#outcomeIsKnown}
     */
    void write(boolean synced, Consumer<Handle> work);

    /** Runs the work outside of any transaction. */
    <T> T alone(Function<Handle, T> work);

    /** Waits until no other transaction holds any of these things; then this one does until it ends. */
    void hold(Handle handle, String... things);

    /** @param free of the bytes: given up by rows, not yet by the database */
    record Size(long bytes, long free) {}

    Size size(Handle handle);

    void close();
}
