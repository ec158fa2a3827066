package io.lumia.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.lumia.bus.FleetBus.Audited;
import io.lumia.config.AuditConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainTest {
    private static final AuditConfig CONFIG = new AuditConfig(1 << 16, Duration.ofDays(7), Duration.ofDays(30), true);
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path data;

    @Test
    void a_log_as_it_was_written_is_whole_over_several_starts() throws IOException {
        write(3);
        write(2);
        var found = verify();
        assertThat(found.findings()).isEmpty();
        assertThat(found.lines()).isEqualTo(6);
        assertThat(found.keyed()).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(ChainKey.FILE))))
                .isEqualTo("rw-------");
    }

    @Test
    void finds_every_changed_removed_and_added_byte() throws IOException {
        write(2);
        var witness = head();
        var key = ChainKey.find(data);
        var original = Files.readAllBytes(current());
        for (int i = 0; i < original.length; i++) {
            for (byte[] tampered : tamperedAt(original, i)) {
                var walk = new ChainWalk(key, List.of(witness), true);
                var reader = new LineReader(new ByteArrayInputStream(tampered));
                for (var line = reader.next(); line != null; line = reader.next()) {
                    walk.take(line, reader.number(), reader.isComplete());
                }
                if (walk.end(1).whole()) {
                    fail("byte %d of %s", i, new String(tampered, StandardCharsets.ISO_8859_1));
                }
            }
        }
    }

    @Test
    void finds_every_cut_at_the_end_by_the_head_that_is_kept_elsewhere() throws IOException {
        write(3);
        var witness = head();
        var original = Files.readAllBytes(current());
        for (int length = 0; length < original.length; length += length < original.length - 3 ? 7 : 1) {
            Files.write(current(), Arrays.copyOf(original, length));
            assertThat(Verification.ofDirectory(data, List.of(witness)).findings())
                    .as("cut to %d bytes", length)
                    .isNotEmpty();
        }
    }

    @Test
    void finds_every_line_that_is_removed_repeated_or_moved_and_names_it() throws IOException {
        write(5);
        var witness = head();
        var lines = Files.readAllLines(current());
        for (int i = 0; i < lines.size(); i++) {
            for (int j = 0; j < lines.size(); j++) {
                var moved = new ArrayList<>(lines);
                Collections.swap(moved, i, j);
                assertFound(i != j, moved, witness, "lines %d and %d changed places", i, j);
                var repeated = new ArrayList<>(lines);
                repeated.add(j, lines.get(i));
                assertFound(true, repeated, witness, "line %d again before line %d", i, j);
            }
            var removed = new ArrayList<>(lines);
            removed.remove(i);
            assertFound(true, removed, witness, "line %d removed", i, 0);
        }
        Files.write(current(), List.of(lines.get(0), lines.get(1), lines.get(3), lines.get(4), lines.get(5)));
        assertThat(verify().findings()).singleElement().satisfies(finding -> {
            assertThat(finding.line()).isEqualTo(3);
            assertThat(finding.file()).isEqualTo(current());
            assertThat(finding.what()).contains("number 4 does not follow number 2");
        });
    }

    @Test
    void who_has_the_file_but_not_the_key_cannot_build_the_chain_again() throws IOException {
        write(3);
        var lines = Files.readAllLines(current());
        var forged = new ArrayList<String>();
        var head = Head.NONE;
        var other = new ChainKey(new byte[32]);
        for (String line : lines) {
            var act = Act.read(line.replace("object-1", "object-9").getBytes(StandardCharsets.UTF_8));
            var written = Line.after(head, act.orElseThrow(), other);
            forged.add(new String(written.bytes(), StandardCharsets.US_ASCII));
            head = written.head();
        }
        Files.write(current(), forged);
        assertThat(verify().findings()).hasSizeGreaterThanOrEqualTo(lines.size());
        assertThat(Verification.ofFiles(List.of(current()), Optional.empty(), List.of())
                        .keyed())
                .isFalse();
    }

    @Test
    void a_line_that_a_crash_cut_short_is_healed_and_noted() throws IOException {
        write(3);
        var whole = Files.readAllBytes(current());
        for (int torn : new int[] {1, 40, 300, 9_000}) {
            Files.write(current(), whole);
            Files.writeString(current(), "x".repeat(torn), StandardOpenOption.APPEND);
            assertThat(verify().findings()).isEmpty();
            assertThat(verify().notes()).hasSize(1);
            write(1);
            assertThat(verify().findings()).isEmpty();
            assertThat(verify().notes())
                    .singleElement()
                    .satisfies(note -> assertThat(note.what()).contains("cut short"));
            assertThat(Files.readString(current())).contains("\"action\":\"audit.heal\"");
        }
    }

    @Test
    void begins_a_chain_behind_lines_without_one_and_binds_them() throws IOException {
        Files.createDirectories(current().getParent());
        Files.writeString(current(), """
                {"at":"2026-03-01T00:00:00Z","actor":"operator","action":"a","object":"x","outcome":"ok","details":{}}
                {"at":"2026-03-01T00:00:01Z","actor":"operator","action":"b","object":"x","outcome":"ok","details":{}}
                """);
        write(2);
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().unchained()).isEqualTo(2);
        assertThat(verify().notes())
                .singleElement()
                .satisfies(note -> assertThat(note.line()).isEqualTo(3));
        var bound = Files.readString(current());
        Files.writeString(current(), bound.replaceFirst("\"a\"", "\"c\""));
        assertThat(verify().findings()).isNotEmpty();
        Files.writeString(current(), bound.replaceFirst("\"b\"", "\"c\""));
        assertThat(Verification.ofFiles(List.of(current()), ChainKey.find(data), List.of())
                        .findings())
                .as("without what came before")
                .isNotEmpty();
    }

    @Test
    void a_lost_key_is_found() throws IOException {
        write(3);
        Files.delete(data.resolve(ChainKey.FILE));
        assertThat(verify().keyed()).isFalse();
        write(1);
        assertThat(verify().findings())
                .hasSizeGreaterThanOrEqualTo(4)
                .anySatisfy(finding -> assertThat(finding.what()).contains("began the chain anew"));
        assertThat(Line.read(FileEnds.read(current()).last()).orElseThrow().sequence())
                .isEqualTo(6);
    }

    @Test
    void a_chain_goes_on_over_rotated_and_compressed_files() throws IOException {
        write(600);
        write(600);
        var files = new LogFiles(data.resolve("logs"));
        new Retention(files, CONFIG).compress();
        assertThat(files.rotated())
                .hasSizeGreaterThan(3)
                .allMatch(file -> file.toString().endsWith(".gz"));
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().lines()).isEqualTo(1201);
        Files.delete(files.rotated().get(1));
        assertThat(verify().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("removed"));
        Files.delete(files.rotated().get(0));
        assertThat(verify().findings())
                .singleElement()
                .satisfies(
                        finding -> assertThat(finding.what()).contains("nothing tells that older lines were removed"));
    }

    @Test
    void a_rotated_file_that_was_cut_is_found() throws IOException {
        write(600);
        var files = new LogFiles(data.resolve("logs"));
        new Retention(files, CONFIG).compress();
        var first = files.rotated().get(0);
        var bytes = Files.readAllBytes(first);
        Files.write(first, Arrays.copyOf(bytes, bytes.length - 20));
        assertThat(verify().findings()).anySatisfy(finding -> {
            assertThat(finding.file()).isEqualTo(first);
            assertThat(finding.what()).contains("cannot be read to its end");
        });
    }

    @Test
    void what_the_retention_removed_is_not_missed() throws IOException {
        write(600);
        var files = new LogFiles(data.resolve("logs"));
        var later = NOW.plus(Duration.ofDays(31));
        try (var log = AuditLog.open(data, CONFIG, later)) {
            var retention = new Retention(files, CONFIG);
            var over = retention.over(later);
            assertThat(over).isNotEmpty();
            var through = retention.through(over);
            log.append(List.of(LogEnd.act(later, Retention.REMOVED, Map.of("through", through.toString()))), later);
            retention.remove(over);
        }
        assertThat(verify().findings()).isEmpty();
        Files.delete(files.rotated().get(0));
        assertThat(verify().findings()).isNotEmpty();
    }

    @Test
    void the_retention_excuses_only_the_lines_that_it_removed() throws IOException {
        write(600);
        var files = new LogFiles(data.resolve("logs"));
        var over = files.rotated().subList(0, 1);
        var other = new Head(new Retention(files, CONFIG).through(over).sequence(), Head.NONE.hash());
        append(LogEnd.act(NOW, Retention.REMOVED, Map.of("through", other.toString())));
        new Retention(files, CONFIG).remove(over);
        assertThat(verify().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("nothing tells"));
    }

    @Test
    void a_line_without_a_chain_behind_one_is_found() throws IOException {
        write(2);
        Files.writeString(current(), "{\"at\":\"2026-03-01T00:00:00Z\"}\n", StandardOpenOption.APPEND);
        assertFinds("is not bound into the chain");
    }

    @Test
    void a_number_left_out_is_found_though_the_key_wrote_it() throws IOException {
        write(2);
        var head = head();
        var next = Line.after(
                new Head(head.sequence() + 1, head.hash()),
                act("object"),
                ChainKey.find(data).orElseThrow());
        Files.writeString(
                current(), new String(next.bytes(), StandardCharsets.US_ASCII) + "\n", StandardOpenOption.APPEND);
        assertFinds("number 5 follows number 3");
    }

    @Test
    void another_log_by_the_same_key_is_found_by_the_head_that_is_kept_elsewhere() throws IOException {
        write(2);
        var witness = head();
        Files.delete(current());
        append(act("other"), act("other"));
        assertThat(verify().findings()).isEmpty();
        assertThat(Verification.ofDirectory(data, List.of(witness)).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("number 3 is not the line"));
    }

    @Test
    void what_a_start_found_missing_stays_a_finding() throws IOException {
        append(LogEnd.act(NOW, Witness.BREAK, Map.of("expected", "9")));
        assertFinds("a start found lines missing at the end");
    }

    @Test
    void no_text_however_long_or_strange_leaves_its_line() throws IOException {
        var strange = "\u0000\n\r\u001b[31m\u2028\u202e\ud800\"}\\" + "x".repeat(100_000);
        try (var log = AuditLog.open(data, CONFIG, NOW)) {
            log.append(
                    List.of(new Audited(
                            NOW, strange, strange, strange, strange, Map.of("key", strange), strange, strange)),
                    NOW);
        }
        var text = Files.readString(current());
        assertThat(text.lines()).hasSize(2);
        assertThat(text.chars()).allMatch(c -> c == '\n' || (c >= 0x20 && c < 0x7f));
        assertThat(text.length()).isLessThan(Line.LONGEST);
        assertThat(verify().findings()).isEmpty();
    }

    private void write(int acts) throws IOException {
        try (var log = AuditLog.open(data, CONFIG, NOW)) {
            for (int i = 0; i < acts; i++) {
                log.append(List.of(act("object-" + i)), NOW);
            }
        }
    }

    private void append(Audited... acts) throws IOException {
        try (var log = AuditLog.open(data, CONFIG, NOW)) {
            log.append(List.of(acts), NOW);
        }
    }

    private void assertFinds(String what) throws IOException {
        assertThat(verify().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains(what));
    }

    private Head head() throws IOException {
        try (var log = AuditLog.open(data, CONFIG, NOW)) {
            return log.head();
        }
    }

    private Verification.Result verify() throws IOException {
        return Verification.ofDirectory(data, List.of());
    }

    private void assertFound(boolean wanted, List<String> lines, Head witness, String what, int i, int j)
            throws IOException {
        Files.write(current(), lines);
        assertThat(!Verification.ofDirectory(data, List.of(witness)).findings().isEmpty())
                .as(what, i, j)
                .isEqualTo(wanted);
    }

    private static List<byte[]> tamperedAt(byte[] original, int i) {
        var tampered = new ArrayList<byte[]>();
        for (int other : new int[] {original[i] ^ 1, '\n', '"'}) {
            var changed = original.clone();
            changed[i] = (byte) other;
            if (other != original[i]) {
                tampered.add(changed);
            }
        }
        var shorter = new byte[original.length - 1];
        System.arraycopy(original, 0, shorter, 0, i);
        System.arraycopy(original, i + 1, shorter, i, shorter.length - i);
        tampered.add(shorter);
        var longer = new byte[original.length + 1];
        System.arraycopy(original, 0, longer, 0, i);
        longer[i] = 'x';
        System.arraycopy(original, i, longer, i + 1, original.length - i);
        tampered.add(longer);
        return tampered;
    }

    private Path current() {
        return data.resolve("logs/audit.jsonl");
    }

    private static Audited act(String object) {
        return new Audited(NOW, "operator", "test", object, "ok", Map.of("key", "value"), "192.0.2.1", "request-1");
    }
}
