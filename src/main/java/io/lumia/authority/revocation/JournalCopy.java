package io.lumia.authority.revocation;

import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The revocation journal of a data directory on which nothing runs: looked at, and completed from newer ones. Blocks. */
public final class JournalCopy {
    private final Path file;

    /** @param data the data directory */
    public JournalCopy(Path data) {
        this.file = file(data);
    }

    /** Where the journal of a data directory is. */
    public static Path file(Path data) {
        return data.resolve("ca").resolve(RevocationService.JOURNAL);
    }

    /**
     * What a journal holds.
     *
     * @param damaged numbers of the lines that are not as they were written, from 1
     */
    public record Content(int revocations, List<Integer> damaged) {}

    public boolean exists() {
        return Files.exists(file);
    }

    /** Completes or cuts off a last line that was being written. */
    public Content read() throws IOException {
        var journal = JournalFile.open(file);
        journal.channel().close();
        return new Content(journal.revoked().size(), journal.damaged());
    }

    /**
     * Appends what another journal knows and this one does not.
     *
     * @return how many that were
     */
    public int completeFrom(Path other) throws IOException {
        var journal = JournalFile.open(file);
        try (var output = journal.output()) {
            var known = new HashSet<SerialNumber>();
            journal.revoked().forEach(revoked -> known.add(revoked.serial()));
            var missing = lines(other).stream()
                    .filter(revoked -> known.add(revoked.serial()))
                    .toList();
            var text = missing.stream().map(JournalLine::of).collect(Collectors.joining());
            if (!missing.isEmpty()) {
                long end = output.write(journal.end(), ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
                assert end > journal.end();
            }
            return missing.size();
        }
    }

    /** Those of the directory's own form; the file is left as it is. */
    private static List<RevokedCertificate> lines(Path other) throws IOException {
        return Files.readString(other, StandardCharsets.ISO_8859_1)
                .lines()
                .map(JournalLine::parse)
                .flatMap(Optional::stream)
                .toList();
    }
}
