package io.lumia.broker.durable;

import java.util.List;
import java.util.function.BiConsumer;

/** Tables of rows that change together. One thread at a time. */
interface Rows {
    /** Applies the changes in order and commits them, all or none. @throws RuntimeException when nothing of them is kept */
    void commit(List<Change> changes);

    /** Forces what is committed to the disk. */
    void sync();

    /** Starts over from what is committed. @throws RuntimeException when it cannot be opened */
    void reopen();

    /** About how much of the file holds what is needed, in percent. */
    int fill();

    /** Makes the file as small as it can be; takes a time that grows with what is kept. */
    void compact();

    /** Calls for each row, keys ascending. */
    void forEach(Table table, BiConsumer<Object, byte[]> row);

    long rows(Table table);

    /** Bytes on disk. */
    long size();

    void close();
}
