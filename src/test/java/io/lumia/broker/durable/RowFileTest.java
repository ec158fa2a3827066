package io.lumia.broker.durable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.CannotStart;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the broker's store: what it keeps, and what it says when it cannot. */
class RowFileTest {
    private static final int ROWS = 200;

    @TempDir
    Path directory;

    @Test
    void keeps_rows_in_the_order_of_their_keys_when_closed_and_when_abandoned() throws Exception {
        var rows = RowFile.open(directory);
        rows.commit(List.of(message(2), message(10), message(1)));
        rows.commit(List.of(Change.remove(Table.MESSAGES, 2L), Change.put(Table.SUBSCRIPTIONS, "s", bytes("t"))));
        var abandoned = copied("abandoned");
        assertThat(read(abandoned)).containsExactly("1=message 1", "10=message 10");
        rows.close();
        assertThat(read(directory)).containsExactly("1=message 1", "10=message 10");
    }

    @Test
    void keeps_what_was_committed_when_the_next_commit_was_torn() throws Exception {
        var rows = RowFile.open(directory);
        rows.commit(List.of(message(1)));
        long whole = Files.size(file(directory));
        rows.commit(LongStream.range(2, ROWS).mapToObj(RowFileTest::message).toList());
        var torn = copied("torn");
        assertThat(Files.size(file(torn))).isGreaterThan(whole + 4096);
        try (var file = new RandomAccessFile(file(torn).toFile(), "rw")) {
            file.setLength(whole + 4096);
        }
        assertThat(read(torn)).contains("1=message 1");
        rows.close();
    }

    @Test
    void says_that_another_process_has_it() {
        var rows = RowFile.open(directory);
        assertThatThrownBy(() -> RowFile.open(directory))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("another process uses")
                .hasMessageContaining(file(directory).toString())
                .hasMessageContaining("--data");
        rows.close();
    }

    @Test
    void says_that_the_file_is_damaged_whatever_of_it_is() throws Exception {
        var rows = RowFile.open(directory);
        rows.commit(LongStream.range(0, ROWS).mapToObj(RowFileTest::message).toList());
        rows.close();
        var content = Files.readString(file(directory), StandardCharsets.ISO_8859_1);
        int payload = content.indexOf("message 77");
        assertThat(payload).isPositive();
        damaged("a byte of a row", payload, 1);
        damaged("both headers", 0, 8192);
        damaged("all of it", 0, content.length());
        var empty = copied("empty");
        Files.write(file(empty), new byte[0]);
        isDamaged(empty);
    }

    @Test
    void refuses_a_format_that_it_does_not_know() {
        var rows = RowFile.open(directory);
        rows.commit(List.of(Change.put(Table.META, "format", bytes("99"))));
        rows.close();
        assertThatThrownBy(() -> RowFile.open(directory))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("format")
                .hasMessageContaining("move the file aside");
    }

    @Test
    void gives_space_back() throws Exception {
        var rows = RowFile.open(directory);
        var payload = "x".repeat(1000);
        for (long batch = 0; batch < 40; batch++) {
            rows.commit(LongStream.range(100 * batch, 100 * (batch + 1))
                    .mapToObj(id -> Change.put(Table.MESSAGES, id, bytes(payload)))
                    .toList());
        }
        assertThat(rows.size()).isGreaterThan(4_000_000);
        rows.commit(LongStream.range(0, 4000)
                .mapToObj(id -> Change.remove(Table.MESSAGES, id))
                .toList());
        rows.compact();
        assertThat(rows.size()).isLessThan(200_000);
        rows.commit(List.of(message(1)));
        assertThat(read(copied("compacted"))).containsExactly("1=message 1");
        rows.close();
    }

    @Test
    void gives_space_back_beside_rows_that_stay() {
        var rows = RowFile.open(directory);
        for (long batch = 0; batch < 500; batch++) {
            long first = 100 * batch;
            rows.commit(LongStream.range(first, first + 100)
                    .mapToObj(RowFileTest::message)
                    .toList());
            rows.commit(LongStream.range(first + 2, first + 100)
                    .mapToObj(id -> Change.remove(Table.MESSAGES, id))
                    .toList());
        }
        long before = rows.size();
        assertThat(rows.fill()).isLessThan(20);
        rows.compact();
        rows.commit(List.of(message(0)));
        assertThat(rows.size()).isLessThan(before / 4);
        assertThat(rows.rows(Table.MESSAGES)).isEqualTo(1000);
        rows.close();
    }

    private void damaged(String what, int from, int length) throws IOException {
        var place = copied(what.replace(' ', '-'));
        try (var file = new RandomAccessFile(file(place).toFile(), "rw")) {
            file.seek(from);
            for (int i = 0; i < length; i++) {
                file.write('#');
            }
        }
        isDamaged(place);
    }

    private static void isDamaged(Path place) {
        assertThatThrownBy(() -> read(place))
                .as(place.toString())
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining(file(place).toString())
                .hasMessageContaining("damaged")
                .hasMessageContaining("move it aside");
    }

    private Path copied(String name) throws IOException {
        var copy = Files.createDirectory(directory.resolve(name));
        Files.copy(file(directory), file(copy));
        return copy;
    }

    private static List<String> read(Path directory) {
        var rows = RowFile.open(directory);
        var found = new TreeMap<Long, String>();
        try {
            rows.forEach(Table.MESSAGES, (key, value) -> found.put((Long) key, new String(value, UTF_8)));
        } finally {
            rows.close();
        }
        return found.entrySet().stream().map(Object::toString).toList();
    }

    private static Change message(long id) {
        return Change.put(Table.MESSAGES, id, bytes("message " + id));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static Path file(Path directory) {
        return directory.resolve("sessions.mv");
    }
}
