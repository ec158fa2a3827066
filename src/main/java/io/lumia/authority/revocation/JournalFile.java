package io.lumia.authority.revocation;

import io.lumia.crypto.DurableFiles;
import io.lumia.x509.RevokedCertificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's file, read and made ready to be appended to.
 *
 * @param channel open for writing
 * @param end of the last whole line, in bytes
 * @param revoked what its lines say, in their order
 * @param damaged numbers of the lines that are not as they were written, from 1
 */
record JournalFile(FileChannel channel, long end, List<RevokedCertificate> revoked, List<Integer> damaged) {
    private static final Logger log = LoggerFactory.getLogger(JournalFile.class);

    /**
     * Makes it where there is none. A last line without its end is what a crash left of a revocation that nobody was told of: it is cut off, unless
     * only the line end is missing. Damaged lines stay in place and are told. Blocks.
     */
    static JournalFile open(Path file) throws IOException {
        if (!Files.exists(file)) {
            DurableFiles.writePrivate(file, "");
        }
        var bytes = Files.readAllBytes(file);
        var revoked = new ArrayList<RevokedCertificate>();
        var damaged = new ArrayList<Integer>();
        int begin = 0;
        for (int number = 1, next = lineEnd(bytes, 0); next >= 0; next = lineEnd(bytes, begin), number++) {
            var parsed = JournalLine.parse(text(bytes, begin, next));
            parsed.ifPresent(revoked::add);
            if (parsed.isEmpty()) {
                damaged.add(number);
            }
            begin = next + 1;
        }
        var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        long end = begin;
        if (begin < bytes.length) {
            end = repair(channel, file, begin, text(bytes, begin, bytes.length), revoked);
        }
        tell(file, damaged);
        return new JournalFile(channel, end, List.copyOf(revoked), List.copyOf(damaged));
    }

    /** For what is appended from now on. */
    RevocationJournal.Output output() {
        return new RevocationJournal.Output() {
            @Override
            public long write(long position, ByteBuffer lines) throws IOException {
                return JournalFile.write(channel, position, lines);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /**
     * Writes at this place and syncs; whatever an earlier failure left behind it is cut off.
     *
     * @return where the next line begins
     */
    private static long write(FileChannel channel, long position, ByteBuffer lines) throws IOException {
        long end = position;
        while (lines.hasRemaining()) {
            end += channel.write(lines, end);
        }
        var unused = channel.truncate(end);
        channel.force(true);
        return end;
    }

    /** @return where the next line begins */
    private static long repair(
            FileChannel channel, Path file, long begin, String torn, List<RevokedCertificate> revoked)
            throws IOException {
        var whole = JournalLine.parse(torn);
        whole.ifPresent(revoked::add);
        var line = ByteBuffer.wrap(whole.map(JournalLine::of).orElse("").getBytes(StandardCharsets.US_ASCII));
        long end = write(channel, begin, line);
        log.atWarn()
                .addKeyValue("file", file.toAbsolutePath())
                .log(
                        whole.isPresent()
                                ? "completed the last line of the revocation journal"
                                : "cut off the last line of the revocation journal, which a crash had left incomplete");
        return end;
    }

    private static void tell(Path file, List<Integer> damaged) {
        if (!damaged.isEmpty()) {
            log.atError()
                    .addKeyValue("file", file.toAbsolutePath())
                    .addKeyValue("lines", damaged.size() > 10 ? damaged.subList(0, 10) + "…" : damaged)
                    .log(
                            "lines of the revocation journal are damaged and left out; compare with a copy, the disk may be failing");
        }
    }

    private static int lineEnd(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
