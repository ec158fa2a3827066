package io.lumia.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.backup.DataDirectory.LiveCopies;
import io.lumia.fakes.MovableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a directory that only looks like Lumia's; what is in them is judged elsewhere. */
class BackupTest {
    private static final String PASSWORD = "correct horse battery staple";

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(Instant.parse("2030-01-31T02:00:00Z"));
    private Path data;
    private Path backups;

    @BeforeEach
    void make() throws IOException {
        data = directory.resolve("data");
        backups = data.resolve("backups");
        write("ca/root.key", "encrypted", "rw-------");
        write("ca/root.crt", "certificate", "rw-r--r--");
        write("identities/app/generations/2/key.pem", "new", "rw-------");
        Files.createSymbolicLink(data.resolve("identities/app/current"), Path.of("generations/2"));
        write("logs/audit.jsonl", "{}\n", "rw-------");
        write("lumia.db-wal", "not to be copied", "rw-------");
        write("lock", "", "rw-------");
        write("ca/.half.tmp", "unfinished", "rw-------");
    }

    @Test
    void everything_comes_back_with_its_mode_and_its_links() throws Exception {
        var made = backup().make(source());
        var target = directory.resolve("other");
        var outcome = restore(made.file()).into(target, Manifest.Kind.LUMIA, false);

        assertThat(target.resolve("ca/root.key")).hasContent("encrypted");
        assertThat(mode(target.resolve("ca/root.key"))).isEqualTo("rw-------");
        assertThat(mode(target.resolve("ca/root.crt"))).isEqualTo("rw-r--r--");
        assertThat(mode(target.resolve("ca"))).isEqualTo("rwx------");
        assertThat(target.resolve("identities/app/current/key.pem")).hasContent("new");
        assertThat(Files.isSymbolicLink(target.resolve("identities/app/current")))
                .isTrue();
        assertThat(target.resolve("lumia.db")).hasContent("a consistent copy");
        assertThat(target.resolve("lumia.db-wal")).doesNotExist();
        assertThat(target.resolve("ca/.half.tmp")).doesNotExist();
        assertThat(target.resolve("backups")).doesNotExist();
        assertThat(outcome.aside()).isNull();
        assertThat(outcome.files()).isEqualTo(made.files());
        assertThat(mode(made.file())).isEqualTo("rw-------");
        assertThat(names(backups)).containsExactly(made.file().getFileName().toString());
        assertThat(names(target)).noneMatch(name -> name.startsWith("."));
    }

    @Test
    void a_directory_that_holds_something_is_refused_and_left_as_it_was() throws Exception {
        var made = backup().make(source());
        write("ca/root.key", "newer", "rw-------");
        assertThatThrownBy(() -> restore(made.file()).into(data, Manifest.Kind.LUMIA, false))
                .isInstanceOf(BackupFailed.class)
                .hasMessageContaining("not empty")
                .hasMessageContaining("--force");
        assertThat(data.resolve("ca/root.key")).hasContent("newer");
    }

    @Test
    void with_force_what_was_there_is_kept_aside_and_the_backups_stay() throws Exception {
        var made = backup().make(source());
        write("ca/root.key", "newer", "rw-------");
        var outcome = restore(made.file()).into(data, Manifest.Kind.LUMIA, true);
        assertThat(data.resolve("ca/root.key")).hasContent("encrypted");
        assertThat(outcome.aside()).isEqualTo(data.resolve("replaced-20300131T020000Z"));
        assertThat(outcome.aside().resolve("ca/root.key")).hasContent("newer");
        assertThat(made.file()).exists();

        clock.advance(Duration.ofHours(1));
        var again = backup().make(source());
        var elsewhere = directory.resolve("elsewhere");
        var unused = restore(again.file()).into(elsewhere, Manifest.Kind.LUMIA, false);
        assertThat(names(elsewhere))
                .as("what was replaced is not backed up again")
                .noneMatch(name -> name.startsWith("replaced"));
    }

    @Test
    void what_does_not_pass_inspection_replaces_nothing() throws Exception {
        var made = backup().make(source());
        write("ca/root.key", "newer", "rw-------");
        var refusing = new Restore(
                made.file(),
                PASSWORD,
                (manifest, unpacked, replaced) -> {
                    throw new BackupFailed("the keys do not match");
                },
                clock);
        assertThatThrownBy(() -> refusing.into(data, Manifest.Kind.LUMIA, true)).hasMessageContaining("do not match");
        assertThatThrownBy(refusing::verify).hasMessageContaining("do not match");
        assertThat(data.resolve("ca/root.key")).hasContent("newer");
        assertThat(names(data)).noneMatch(name -> name.startsWith(".") || name.startsWith("replaced"));
        assertThat(names(backups)).hasSize(1);
    }

    @Test
    void verifying_hands_a_whole_restore_to_the_inspection_and_leaves_nothing_behind() throws Exception {
        var made = backup().make(source());
        var outcome = new Restore(
                        made.file(),
                        PASSWORD,
                        (manifest, unpacked, replaced) ->
                                List.of(Files.exists(unpacked.resolve("ca/root.key")) ? "key there" : "no key"),
                        clock)
                .verify();
        assertThat(outcome.found()).containsExactly("key there");
        assertThat(names(backups)).hasSize(1);
    }

    @Test
    void what_is_older_than_is_kept_goes_but_never_the_newest() throws Exception {
        var first = backup().make(source());
        clock.advance(Duration.ofDays(20));
        var second = backup().make(source());
        clock.advance(Duration.ofDays(11));
        var third = backup().make(source());
        assertThat(third.deleted()).containsExactly(first.file());
        assertThat(second.file()).exists();
        clock.advance(Duration.ofDays(400));
        var last = backup().make(source());
        assertThat(last.deleted()).containsExactlyInAnyOrder(second.file(), third.file());
        assertThat(last.file()).exists();
        assertThat(new BackupDirectory(backups).list(Manifest.Kind.LUMIA)).hasSize(1);
    }

    @Test
    void a_backup_that_fails_leaves_no_file_behind() {
        var failing = new DataDirectory(data, List.of(), new LiveCopies() {
            @Override
            public Optional<Path> database(Path from, Path scratch) throws IOException {
                throw new IOException("the disk is full");
            }

            @Override
            public boolean broker(Path from, Path target) {
                return false;
            }
        });
        assertThatThrownBy(() -> backup().make(failing)).hasMessageContaining("the disk is full");
        assertThat(names(backups)).isEmpty();
    }

    @Test
    void a_backup_of_another_kind_is_not_restored() throws Exception {
        var made = backup().make(source());
        assertThatThrownBy(() -> restore(made.file()).into(directory.resolve("step"), Manifest.Kind.STEP_CA, false))
                .hasMessageContaining("is of lumia, not of step-ca");
    }

    private Backup backup() {
        return new Backup(backups, PASSWORD, Duration.ofDays(30), clock);
    }

    private Restore restore(Path file) {
        return new Restore(file, PASSWORD, (manifest, unpacked, replaced) -> List.of(), clock);
    }

    private Source source() {
        return new DataDirectory(data, List.of(), new LiveCopies() {
            @Override
            public Optional<Path> database(Path from, Path scratch) throws IOException {
                return Optional.of(Files.writeString(scratch.resolve("lumia.db"), "a consistent copy"));
            }

            @Override
            public boolean broker(Path from, Path target) {
                return false;
            }
        });
    }

    private void write(String name, String content, String mode) throws IOException {
        var file = data.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<String> names(Path in) {
        try (var all = Files.list(in)) {
            return all.map(file -> file.getFileName().toString()).toList();
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }
}
