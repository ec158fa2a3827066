package io.lumia.renewal.target;

import io.lumia.crypto.DurableFiles;
import io.lumia.emqx.EmqxApi;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of EMQX 5, by its REST API. EMQX gives no key away, so what was installed is also kept in a directory of ours, and that is what is
 * backed up, put back and given to EMQX at each reload.
 */
public final class EmqxTarget implements Target {
    private static final Logger log = LoggerFactory.getLogger(EmqxTarget.class);
    private static final String CHAIN = "server.crt";
    private static final String KEY = "server.key";
    private static final String ROOTS = "ca.crt";

    private final EmqxApi api;
    private final String listener;
    private final Path directory;
    private final WorkerExecutor workers;

    /**
     * @param listener {@code ssl:NAME}
     * @param directory of our copy; made when it is not there
     */
    public EmqxTarget(EmqxApi api, String listener, Path directory, WorkerExecutor workers) {
        this.api = api;
        this.listener = listener;
        this.directory = directory;
        this.workers = workers;
    }

    @Override
    public String type() {
        return "emqx";
    }

    @Override
    public Future<Optional<TlsMaterial>> current() {
        return snapshot().map(kept -> {
            var texts = kept.texts();
            try {
                return texts.containsKey(KEY) && texts.containsKey(CHAIN)
                        ? Optional.of(TlsMaterial.parse(texts.get(KEY), texts.get(CHAIN)))
                        : Optional.empty();
            } catch (IllegalArgumentException unusable) {
                log.atWarn()
                        .addKeyValue("directory", directory)
                        .addKeyValue("reason", unusable.getMessage())
                        .log("the copy of what EMQX serves cannot be used");
                return Optional.empty();
            }
        });
    }

    @Override
    public Future<Snapshot> snapshot() {
        return workers.executeBlocking(
                () -> {
                    Map<String, String> texts = new TreeMap<>();
                    for (String file : new String[] {CHAIN, KEY, ROOTS}) {
                        var path = directory.resolve(file);
                        if (Files.exists(path)) {
                            texts.put(file, Files.readString(path));
                        }
                    }
                    return new Snapshot(texts);
                },
                false);
    }

    @Override
    public Future<Void> install(Installation wanted) {
        return restore(new Snapshot(Map.of(
                CHAIN, Pem.of(wanted.material().chain()),
                KEY, Pem.of(wanted.material().key()),
                ROOTS, Pem.of(wanted.roots()))));
    }

    @Override
    public Future<String> reload() {
        return snapshot().compose(kept -> {
            var chain = kept.texts().get(CHAIN);
            var key = kept.texts().get(KEY);
            var roots = kept.texts().get(ROOTS);
            if (chain == null || key == null || roots == null) {
                return Future.succeededFuture("left as it was: nothing of ours was there before");
            }
            return api.serve(listener, chain, key, roots)
                    .map(served -> "PUT /api/v5/listeners/" + listener)
                    .recover(refused ->
                            Future.failedFuture(new TargetFailed(String.valueOf(refused.getMessage()), refused)));
        });
    }

    @Override
    public Future<Void> restore(Snapshot before) {
        return workers.executeBlocking(
                        () -> {
                            write(before.texts());
                            return true;
                        },
                        false)
                .mapEmpty();
    }

    private void write(Map<String, String> texts) throws TargetFailed {
        try {
            DurableFiles.directory(directory);
            for (String file : new String[] {KEY, CHAIN, ROOTS}) {
                var text = texts.get(file);
                if (text == null) {
                    var unused = Files.deleteIfExists(directory.resolve(file));
                } else if (file.equals(KEY)) {
                    DurableFiles.writePrivate(directory.resolve(file), text);
                } else {
                    DurableFiles.writePublic(directory.resolve(file), text);
                }
            }
        } catch (IOException unwritable) {
            throw new TargetFailed(
                    "the copy of what EMQX serves cannot be written to " + directory + ": " + unwritable
                            + "; make the directory writable, or look for space",
                    unwritable);
        }
    }
}
