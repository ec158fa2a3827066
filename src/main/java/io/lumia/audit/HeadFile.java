package io.lumia.audit;

import io.lumia.crypto.DurableFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The head of the chain in DATA/audit-head, for processes without a database. */
public record HeadFile(Vertx vertx, Path data) implements Witness {
    static final String NAME = "audit-head";

    /** What is in the file; empty: there is none. Blocks. */
    public static Optional<Head> read(Path data) throws IOException {
        var file = data.resolve(NAME);
        return Files.exists(file)
                ? Optional.of(Head.parse(Files.readString(file).strip()))
                : Optional.empty();
    }

    @Override
    public Future<Optional<Head>> recall() {
        return vertx.executeBlocking(() -> read(data), false);
    }

    @Override
    public Future<Void> remember(Head head) {
        return vertx.executeBlocking(
                () -> {
                    DurableFiles.writePrivate(data.resolve(NAME), head + "\n");
                    return null;
                },
                false);
    }
}
