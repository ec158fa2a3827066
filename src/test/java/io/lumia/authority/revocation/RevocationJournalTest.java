package io.lumia.authority.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationJournalTest {
    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void what_was_appended_is_read_back_in_order() throws IOException {
        var journal = new RevocationJournal(vertx, open());
        Await.on(
                vertx.getOrCreateContext(),
                () -> journal.append(List.of(revoked(1)))
                        .compose(first -> journal.append(List.of(revoked(2), revoked(3)))));
        Await.result(journal.close());
        assertThat(open().revoked()).containsExactly(revoked(1), revoked(2), revoked(3));
        assertThat(Files.readString(file()))
                .startsWith("1 2026-03-01T12:00:00.001Z keyCompromise 2026-03-02T12:00:00Z ");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void a_burst_is_answered_when_all_of_it_is_there() throws IOException {
        var journal = new RevocationJournal(vertx, open());
        var serials = 500;
        Await.on(vertx.getOrCreateContext(), () -> {
            var appended = new ArrayList<Future<Void>>();
            for (int i = 1; i <= serials; i++) {
                appended.add(journal.append(List.of(revoked(i))));
            }
            return Future.all(appended);
        });
        assertThat(open().revoked()).hasSize(serials);
        Await.result(journal.close());
    }

    @Test
    void a_torn_last_line_is_cut_off_and_the_next_one_stands_alone() throws IOException {
        Files.writeString(
                file(), JournalLine.of(revoked(1)) + JournalLine.of(revoked(2)).substring(0, 30));
        var torn = open();
        assertThat(torn.revoked()).containsExactly(revoked(1));
        assertThat(torn.damaged()).isEmpty();
        assertThat(Files.readString(file())).isEqualTo(JournalLine.of(revoked(1)));
        var journal = new RevocationJournal(vertx, torn);
        Await.on(vertx.getOrCreateContext(), () -> journal.append(List.of(revoked(3))));
        Await.result(journal.close());
        assertThat(Files.readString(file())).isEqualTo(JournalLine.of(revoked(1)) + JournalLine.of(revoked(3)));
    }

    @Test
    void a_last_line_that_lacks_its_end_alone_counts() throws IOException {
        Files.writeString(file(), (JournalLine.of(revoked(1)) + JournalLine.of(revoked(2))).strip());
        assertThat(open().revoked()).containsExactly(revoked(1), revoked(2));
        assertThat(Files.readString(file())).isEqualTo(JournalLine.of(revoked(1)) + JournalLine.of(revoked(2)));
    }

    @Test
    void a_damaged_line_is_told_and_the_others_count() throws IOException {
        var damaged = JournalLine.of(revoked(2)).replace("keyCompromise", "superseded");
        Files.writeString(file(), JournalLine.of(revoked(1)) + damaged + "\n" + JournalLine.of(revoked(3)));
        var opened = open();
        assertThat(opened.revoked()).containsExactly(revoked(1), revoked(3));
        assertThat(opened.damaged()).containsExactly(2, 3);
        assertThat(Files.readString(file())).contains(damaged);
    }

    @Test
    void what_could_not_be_written_is_owed_and_comes_first() throws IOException {
        var file = open();
        var full = new AtomicBoolean(true);
        var journal = new RevocationJournal(
                vertx,
                (position, lines) -> {
                    if (full.get()) {
                        Files.writeString(file(), "part of a li");
                        throw new IOException("No space left on device");
                    }
                    return file.output().write(position, lines);
                },
                file.end());
        assertThat(Await.failure(journal.append(List.of(revoked(1))))).hasMessageContaining("No space");
        assertThat(Await.failure(journal.append(List.of()))).hasMessageContaining("No space");

        full.set(false);
        Await.on(vertx.getOrCreateContext(), () -> journal.append(List.of(revoked(2))));
        Await.result(journal.close());
        assertThat(open().revoked()).containsExactly(revoked(1), revoked(2));
        assertThat(open().damaged()).isEmpty();
    }

    private JournalFile open() throws IOException {
        return JournalFile.open(file());
    }

    private Path file() {
        return directory.resolve("revocations.log");
    }

    private static RevokedCertificate revoked(int serial) {
        return new RevokedCertificate(
                new SerialNumber(BigInteger.valueOf(serial)),
                Instant.parse("2026-03-01T12:00:00Z").plusMillis(serial),
                RevocationReason.KEY_COMPROMISE,
                Instant.parse("2026-03-02T12:00:00Z"));
    }
}
