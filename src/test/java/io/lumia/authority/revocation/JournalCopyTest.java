package io.lumia.authority.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalCopyTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    @TempDir
    Path directory;

    @Test
    void takes_over_what_only_the_newer_one_knows() throws IOException {
        var restored = journal("restored", 1, 2);
        var newer = journal("newer", 2, 3, 4);
        assertThat(new JournalCopy(restored).completeFrom(JournalCopy.file(newer)))
                .isEqualTo(2);
        assertThat(JournalCopy.file(restored)).hasContent(lines(1, 2, 3, 4));
        assertThat(new JournalCopy(restored).read().revocations()).isEqualTo(4);
        assertThat(new JournalCopy(restored).completeFrom(JournalCopy.file(newer)))
                .as("done twice")
                .isZero();
    }

    @Test
    void an_older_journal_takes_nothing_away() throws IOException {
        var restored = journal("restored", 1, 2, 3);
        assertThat(new JournalCopy(restored).completeFrom(JournalCopy.file(journal("older", 1))))
                .isZero();
        assertThat(JournalCopy.file(restored)).hasContent(lines(1, 2, 3));
    }

    @Test
    void a_line_that_was_being_written_is_cut_off_before_others_follow() throws IOException {
        var restored = journal("restored", 1);
        Files.writeString(JournalCopy.file(restored), lines(1) + lines(2).substring(0, 20));
        assertThat(new JournalCopy(restored).completeFrom(JournalCopy.file(journal("newer", 1, 3))))
                .isEqualTo(1);
        assertThat(JournalCopy.file(restored)).hasContent(lines(1, 3));
    }

    @Test
    void damaged_lines_are_told_and_the_other_journal_is_left_as_it_is() throws IOException {
        var restored = journal("restored", 1);
        var newer = journal("newer", 2);
        var text = lines(2) + "damaged line\n" + lines(3) + "torn";
        Files.writeString(JournalCopy.file(newer), text);
        assertThat(new JournalCopy(restored).completeFrom(JournalCopy.file(newer)))
                .isEqualTo(2);
        assertThat(Files.readString(JournalCopy.file(newer))).isEqualTo(text);
        assertThat(new JournalCopy(newer).read().damaged()).containsExactly(2);
    }

    private Path journal(String name, long... serials) throws IOException {
        var data = directory.resolve(name);
        var file = JournalCopy.file(data);
        Files.createDirectories(file.getParent());
        Files.writeString(file, lines(serials));
        return data;
    }

    private static String lines(long... serials) {
        return Arrays.stream(serials)
                .mapToObj(serial -> JournalLine.of(new RevokedCertificate(
                        new SerialNumber(BigInteger.valueOf(serial)),
                        NOW,
                        RevocationReason.KEY_COMPROMISE,
                        NOW.plusSeconds(60))))
                .collect(Collectors.joining());
    }
}
