package io.lumia.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Checks a log from its first line to its last: whether each was written by the key, after the one before, and none is missing. Blocks. */
public final class Verification {
    /**
     * Something that is not as it was written.
     *
     * @param line in the file, from 1 on; 0: the file as a whole
     */
    public record Finding(Path file, long line, String what) {
        @Override
        public String toString() {
            return file + (line == 0 ? "" : ", line " + line) + ": " + what;
        }
    }

    /**
     * What came of it.
     *
     * @param lines bound into the chain
     * @param unchained from before there was a chain
     * @param notes what is no fault, but worth knowing
     * @param keyed whether the MACs were checked
     * @param head where the chain ends
     */
    public record Result(
            int files,
            long lines,
            long unchained,
            List<Finding> findings,
            List<Finding> notes,
            boolean keyed,
            Head head) {
        public Result {
            findings = List.copyOf(findings);
            notes = List.copyOf(notes);
        }

        public boolean whole() {
            return findings.isEmpty();
        }
    }

    private static final int AGAIN = 5;

    private Verification() {}

    /**
     * The log of a data directory, also of a copy, and also while it is written.
     *
     * @param witnessed the head that something else than the log remembers; what is missing at the end is found by it alone
     */
    public static Result ofDirectory(Path data, List<Head> witnessed) throws IOException {
        var log = new LogFiles(data.resolve("logs"));
        var files = log.all();
        if (files.isEmpty()) {
            throw new IOException("there is no audit log in " + data.resolve("logs")
                    + "; name its files, or the data directory with --data");
        }
        var result = run(files, ChainKey.find(data), witnessed, true);
        for (int again = 0; again < AGAIN && !result.whole() && !log.all().equals(files); again++) {
            // a file was put aside meanwhile
            files = log.all();
            result = run(files, ChainKey.find(data), witnessed, true);
        }
        return result;
    }

    /** Some files; what came before the first is not asked for. */
    public static Result ofFiles(List<Path> files, Optional<ChainKey> key, List<Head> witnessed) throws IOException {
        return run(files.stream().sorted(LogFiles.order()).toList(), key, witnessed, false);
    }

    private static Result run(List<Path> files, Optional<ChainKey> key, List<Head> witnessed, boolean fromBeginning)
            throws IOException {
        var walk = new ChainWalk(key, witnessed, fromBeginning);
        for (Path file : files) {
            walk.begin(file);
            try (var reader = new LineReader(LogFiles.open(file))) {
                for (var line = reader.next(); line != null; line = reader.next()) {
                    walk.take(line, reader.number(), reader.isComplete());
                }
            } catch (IOException unreadable) {
                walk.unreadable(unreadable);
            }
        }
        return walk.end(files.size());
    }
}
