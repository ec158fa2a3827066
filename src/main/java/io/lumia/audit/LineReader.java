package io.lumia.audit;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads line by line and holds no more than one. Blocks. */
final class LineReader implements Closeable {
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private long number;
    private long offset;
    private boolean complete = true;

    LineReader(InputStream in) {
        this(in, 0);
    }

    /** @param offset of the next byte */
    LineReader(InputStream in, long offset) {
        this.in = in;
        this.offset = offset;
    }

    /** The first line of a file; empty when there is none yet. */
    static Optional<byte[]> first(Path file) throws IOException {
        try (var reader = new LineReader(LogFiles.open(file))) {
            var line = reader.next();
            return line != null && reader.isComplete() ? Optional.of(line) : Optional.empty();
        }
    }

    /** The next line without its line feed, cut where it is longer than any may be; null: the end. */
    byte @Nullable [] next() throws IOException {
        if (position == limit && !fill()) {
            return null;
        }
        number++;
        var line = new ByteArrayOutputStream(512);
        do {
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            line.write(buffer, position, Math.min(end - position, Math.max(0, Line.LONGEST + 1 - line.size())));
            complete = end < limit;
            offset += end - position + (complete ? 1 : 0);
            position = complete ? end + 1 : end;
        } while (!complete && fill());
        return line.toByteArray();
    }

    /** Of the line read last, from 1 on. */
    long number() {
        return number;
    }

    /** Bytes read so far. */
    long offset() {
        return offset;
    }

    /** Whether the line read last ended with a line feed. */
    boolean isComplete() {
        return complete;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }
}
