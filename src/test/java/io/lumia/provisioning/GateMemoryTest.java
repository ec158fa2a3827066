package io.lumia.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.lumia.store.Store;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateMemoryTest {
    @Test
    void remembers_after_the_store_was_closed_and_opened_again(@TempDir Path data) {
        var vertx = Vertx.vertx();
        var store = Await.result(Store.open(vertx, data));
        var memory = GateMemory.in(store.settings());
        assertThat(Await.result(memory.recall())).isEmpty();
        Await.result(memory.keep("{\"enabled\":true}"));
        Await.result(memory.keep("{\"enabled\":false}"));
        Await.result(store.close());
        var again = Await.result(Store.open(vertx, data));
        assertThat(Await.result(GateMemory.in(again.settings()).recall())).contains("{\"enabled\":false}");
        Await.result(again.close());
        Await.result(vertx.close());
    }
}
