package io.lumia.audit;

import io.lumia.bus.FleetBus.Audited;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a start finds at the end of the log, and what the log then tells of it.
 *
 * @param end bytes of the current file that stay
 * @param first number of the current file's first line; 0: it is empty
 * @param head to which the next line is bound
 * @param toTell acts of the log's own
 */
record LogEnd(long end, long first, Instant firstAt, Head head, List<Audited> toTell) {
    /** The chain begins here, for one of the reasons below. */
    static final String BEGIN = "audit.begin";
    /** A line that a crash cut short was taken away. */
    static final String HEAL = "audit.heal";

    private static final long LARGEST_BELIEVED = 1_000_000_000_000_000L;

    static final String WHY_NEW = "a new log";
    static final String WHY_UNCHAINED = "lines without a chain";
    static final String WHY_FOREIGN = "the last line does not fit the key";

    static LogEnd find(LogFiles files, ChainKey key, Instant now) throws IOException {
        var ends = FileEnds.read(files.current());
        var last = ends.last() == null ? lastRotated(files) : ends.last();
        var line = last == null ? Optional.<Line>empty() : Line.read(last);
        var toTell = new ArrayList<Audited>();
        var head = Head.NONE;
        if (line.isPresent() && line.get().isBy(key)) {
            head = line.get().head();
        } else {
            var before = Before.read(files, key);
            head = last == null ? Head.NONE : new Head(before.sequence(), ChainKey.sha256(last));
            toTell.add(act(now, BEGIN, before.details(key, line.isPresent())));
        }
        if (ends.torn() > 0) {
            toTell.add(act(now, HEAL, Map.of("bytes", Long.toString(ends.torn()))));
        }
        return new LogEnd(ends.end(), first(ends.first(), head), firstAt(ends.first()), head, toTell);
    }

    static Audited act(Instant now, String action, Map<String, String> details) {
        return new Audited(now, "lumia", action, LogFiles.CURRENT, "ok", details);
    }

    private static byte @Nullable [] lastRotated(LogFiles files) throws IOException {
        var rotated = files.rotated();
        return rotated.isEmpty() ? null : FileEnds.lastLine(rotated.get(rotated.size() - 1));
    }

    private static long first(byte @Nullable [] line, Head head) {
        return line == null ? 0 : Line.read(line).map(Line::sequence).orElse(head.sequence() + 1);
    }

    private static Instant firstAt(byte @Nullable [] line) {
        return line == null ? Instant.MAX : Act.read(line).map(Audited::at).orElse(Instant.EPOCH);
    }

    /** All lines before one that begins a chain: it tells their number and hash, so that they cannot be changed from then on. */
    private static final class Before {
        private final java.security.MessageDigest digest = ChainKey.digest();
        private long lines;
        private long highest;
        private long highestOfOthers;

        static Before read(LogFiles files, ChainKey key) throws IOException {
            var before = new Before();
            for (Path file : files.all()) {
                before.take(file, key);
            }
            return before;
        }

        private void take(Path file, ChainKey key) throws IOException {
            try (var reader = new LineReader(LogFiles.open(file))) {
                for (var line = reader.next(); line != null && reader.isComplete(); line = reader.next()) {
                    lines++;
                    digest.update(line);
                    digest.update((byte) '\n');
                    Line.read(line).ifPresent(chained -> count(chained, key));
                }
            }
        }

        private void count(Line line, ChainKey key) {
            if (line.isBy(key)) {
                highest = Math.max(highest, line.sequence());
            } else if (line.sequence() < LARGEST_BELIEVED) {
                highestOfOthers = Math.max(highestOfOthers, line.sequence());
            }
        }

        /** Numbers go on where the key's own ended; whoever writes others' lines must not choose it while there are any. */
        private long sequence() {
            return highest > 0 ? highest : highestOfOthers;
        }

        private Map<String, String> details(ChainKey key, boolean foreign) {
            return Map.of(
                    "key", key.id(),
                    "why", lines == 0 ? WHY_NEW : foreign || sequence() > 0 ? WHY_FOREIGN : WHY_UNCHAINED,
                    "linesBefore", Long.toString(lines),
                    "hashBefore", HexFormat.of().formatHex(digest.digest()));
        }
    }
}
