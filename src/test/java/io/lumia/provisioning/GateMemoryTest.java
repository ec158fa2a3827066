package io.lumia.provisioning;

import static io.lumia.fakes.Waiting.forIt;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.store.Store;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateMemoryTest {
    @Test
    void remembers_after_the_store_was_closed_and_opened_again(@TempDir Path data) {
        var vertx = Vertx.vertx();
        var store = forIt(Store.open(vertx, data));
        var memory = GateMemory.in(store.settings());
        assertThat(forIt(memory.recall())).isEmpty();
        forIt(memory.keep("{\"enabled\":true}"));
        forIt(memory.keep("{\"enabled\":false}"));
        forIt(store.close());
        var again = forIt(Store.open(vertx, data));
        assertThat(forIt(GateMemory.in(again.settings()).recall())).contains("{\"enabled\":false}");
        forIt(again.close());
        forIt(vertx.close());
    }
}
