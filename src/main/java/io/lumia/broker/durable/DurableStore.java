package io.lumia.broker.durable;

import io.vertx.core.Context;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The broker's store: rows are read once at the start and written by a thread of its own. Changes are applied in the order in which they were
 * handed over. Safe for use by several threads.
 */
public final class DurableStore {
    private final Rows rows;
    private final StoreWriter writer;

    DurableStore(Rows rows, boolean toDisk) {
        this.rows = rows;
        this.writer = new StoreWriter(rows, toDisk);
    }

    /**
     * Opens the store in the directory, or makes one. Blocks.
     *
     * @param toDisk whether a batch is forced to the disk before anybody is told; else it is with the operating system
     * @throws io.lumia.config.CannotStart naming the file and the remedy
     */
    public static DurableStore open(Path directory, boolean toDisk) {
        return new DurableStore(RowFile.open(directory), toDisk);
    }

    /** Reads a table, keys ascending; only before {@link #start}. @throws io.lumia.config.CannotStart when the file is damaged */
    public void forEach(Table table, BiConsumer<Object, byte[]> row) {
        rows.forEach(table, row);
    }

    /** From now on changes are written. */
    public void start() {
        writer.start();
    }

    /**
     * Something new, which can be refused: all of it or nothing.
     *
     * @param done told on the context whether it is kept
     */
    public void offer(List<Change> changes, Context context, Consumer<Boolean> done) {
        writer.submit(changes, true, context, done);
    }

    /** A change of what is kept; while the disk refuses, it waits. */
    public void append(List<Change> changes) {
        writer.submit(changes, false, null, null);
    }

    /** @param done called on the context when it is kept */
    public void append(List<Change> changes, @Nullable Context context, Runnable done) {
        writer.submit(changes, false, context, kept -> done.run());
    }

    /** Whether so much waits that nobody should bring more for a moment. */
    public boolean isBehind() {
        return writer.isBehind();
    }

    public StoreFigures figures() {
        return writer.figures();
    }

    /** Writes what waits and closes the file; blocks until then. */
    public void close() {
        writer.close();
    }
}
