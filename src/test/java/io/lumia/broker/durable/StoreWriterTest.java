package io.lumia.broker.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread that commits: order, refusal, bounds. */
class StoreWriterTest {
    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private FailingRows rows;
    private StoreWriter writer;

    @BeforeEach
    void open() {
        rows = FailingRows.in(directory);
        writer = new StoreWriter(rows, true);
    }

    @AfterEach
    void close() {
        rows.failing = false;
        writer.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void commits_together_what_waits_and_tells_everybody_in_order() {
        IntStream.range(0, 100).forEach(i -> offer(i, "kept " + i));
        writer.start();
        Await.until(vertx, "told", () -> told.size() == 100);
        assertThat(told)
                .containsExactlyElementsOf(IntStream.range(0, 100)
                        .mapToObj(i -> "kept " + i + " true")
                        .toList());
        assertThat(writer.figures().commits()).isEqualTo(1);
        assertThat(writer.figures().messages()).isEqualTo(100);
    }

    @Test
    void writes_what_waits_before_it_closes() {
        writer.start();
        IntStream.range(0, 1000).forEach(i -> offer(i, ""));
        writer.close();
        rows = FailingRows.in(directory);
        assertThat(rows.rows(Table.MESSAGES)).isEqualTo(1000);
        writer = new StoreWriter(rows, false);
        writer.start();
    }

    @Test
    void refuses_what_is_new_and_keeps_the_rest_until_the_disk_takes_it() {
        writer.start();
        offer(1, "one");
        Await.until(vertx, "told", () -> told.contains("one true"));
        rows.failing = true;
        offer(2, "two");
        writer.submit(List.of(Change.remove(Table.MESSAGES, 1L)), false, context, kept -> told.add("removed " + kept));
        Await.until(vertx, "told", () -> told.contains("two false"));
        assertThat(writer.figures().failing()).isTrue();
        assertThat(writer.figures().failures()).isPositive();
        offer(3, "three");
        Await.until(vertx, "told", () -> told.contains("three false"));
        assertThat(told).noneMatch(text -> text.startsWith("removed"));
        rows.failing = false;
        Await.until(vertx, "told", () -> told.contains("removed true"));
        assertThat(writer.figures().failing()).isFalse();
        offer(4, "four");
        Await.until(vertx, "told", () -> told.contains("four true"));
        assertThat(writer.figures().messages()).as("the fourth alone").isEqualTo(1);
    }

    @Test
    void is_behind_when_much_waits() {
        var mebibyte = new byte[1024 * 1024];
        IntStream.range(0, 17)
                .forEach(i -> writer.submit(List.of(Change.put(Table.MESSAGES, (long) i, mebibyte)), true, null, null));
        assertThat(writer.isBehind()).isTrue();
        writer.start();
        Await.until(vertx, "told", () -> !writer.isBehind());
    }

    private void offer(long id, String name) {
        writer.submit(
                List.of(Change.put(Table.MESSAGES, id, new byte[8])),
                true,
                context,
                kept -> told.add(name + " " + kept));
    }
}
