package io.lumia.broker.durable;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;

/** A store in a file whose disk can be made to refuse, and held up. */
public final class FailingRows implements Rows {
    /** Whether nothing can be written. */
    public volatile boolean failing;

    private final Rows rows;

    private FailingRows(Rows rows) {
        this.rows = rows;
    }

    static FailingRows in(Path directory) {
        return new FailingRows(RowFile.open(directory));
    }

    /** A broker's store, and what makes it fail. */
    public record Opened(DurableStore store, FailingRows rows) {}

    public static Opened open(Path directory) {
        var rows = in(directory);
        return new Opened(new DurableStore(rows, false), rows);
    }

    @Override
    public void commit(List<Change> changes) {
        refuse();
        rows.commit(changes);
    }

    @Override
    public void sync() {
        refuse();
        rows.sync();
    }

    @Override
    public void reopen() {
        refuse();
        rows.reopen();
    }

    @Override
    public int fill() {
        return rows.fill();
    }

    @Override
    public void compact() {
        refuse();
        rows.compact();
    }

    private void refuse() {
        if (failing) {
            throw new IllegalStateException("No space left on device");
        }
    }

    @Override
    public void forEach(Table table, BiConsumer<Object, byte[]> row) {
        rows.forEach(table, row);
    }

    @Override
    public long rows(Table table) {
        return rows.rows(table);
    }

    @Override
    public long size() {
        return rows.size();
    }

    @Override
    public void close() {
        rows.close();
    }
}
