package io.lumia.issuance;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/** Tells a person what to write; that it is there shows in the DNS. */
record ManualRecords(Consumer<String> terminal, Duration patience) implements TxtRecords {
    @Override
    public Future<Void> add(String name, String value) {
        terminal.accept("Add this record to the DNS; it is looked for during " + patience.toMinutes() + " minutes:\n"
                + "    " + name + ". IN TXT \"" + value + "\"");
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> remove(String name, String value) {
        terminal.accept("This record may go now:\n    " + name + ". IN TXT \"" + value + "\"");
        return Future.succeededFuture();
    }
}
