package io.lumia.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * First and last line of a file, whatever its size.
 *
 * @param first null: no whole line
 * @param last null: no whole line
 * @param end where the last whole line ends
 * @param torn bytes behind it, of a line that a crash cut short
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record FileEnds(byte @Nullable [] first, byte @Nullable [] last, long end, long torn) {
    static final FileEnds NOTHING = new FileEnds(null, null, 0, 0);

    static FileEnds read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return NOTHING;
        }
        try (var channel = FileChannel.open(file)) {
            long size = channel.size();
            var tail = tail(channel, size);
            int lastFeed = feedBefore(tail, tail.length);
            if (lastFeed < 0) {
                return new FileEnds(null, null, 0, size);
            }
            long end = size - tail.length + lastFeed + 1;
            var last = Arrays.copyOfRange(tail, feedBefore(tail, lastFeed) + 1, lastFeed);
            return new FileEnds(LineReader.first(file).orElseThrow(), last, end, size - end);
        }
    }

    /** The last of the newest file that is written no more. */
    static byte @Nullable [] lastLine(Path file) throws IOException {
        byte[] last = null;
        try (var reader = new LineReader(LogFiles.open(file))) {
            for (var line = reader.next(); line != null; line = reader.next()) {
                last = line;
            }
        }
        return last;
    }

    /** Long enough for a torn line and a whole one. */
    private static byte[] tail(FileChannel channel, long size) throws IOException {
        int length = (int) Math.min(size, 2L * Line.LONGEST + 2);
        var bytes = ByteBuffer.allocate(length);
        int read = length;
        while (bytes.hasRemaining() && read > 0) {
            read = channel.read(bytes, size - length + bytes.position());
        }
        return bytes.array();
    }

    private static int feedBefore(byte[] bytes, int from) {
        int at = from - 1;
        while (at >= 0 && bytes[at] != '\n') {
            at--;
        }
        return at;
    }
}
