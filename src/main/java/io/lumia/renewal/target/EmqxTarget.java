package io.lumia.renewal.target;

import io.lumia.emqx.EmqxApi;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;

/**
 * A listener of EMQX 5, by its REST API. EMQX gives no key away, so what was installed is also kept in files of ours, and that is what is backed
 * up, put back and given to EMQX at each reload.
 */
final class EmqxTarget implements Target {
    private final EmqxApi api;
    private final TlsFiles copy;
    private final WorkerExecutor workers;

    /** @param copy certificate, key and roots */
    EmqxTarget(EmqxApi api, TlsFiles copy, WorkerExecutor workers) {
        this.api = api;
        this.copy = copy;
        this.workers = workers;
    }

    @Override
    public String type() {
        return "emqx";
    }

    @Override
    public Future<Optional<TlsMaterial>> current() {
        return workers.executeBlocking(copy::current, false);
    }

    @Override
    public Future<Snapshot> snapshot() {
        return workers.executeBlocking(copy::snapshot, false);
    }

    @Override
    public Future<Void> install(Installation wanted) {
        return workers.executeBlocking(() -> copy.install(wanted), false).mapEmpty();
    }

    @Override
    public Future<String> reload() {
        return snapshot().compose(kept -> {
            var certificate = kept.texts().get(TlsFiles.CERTIFICATE);
            var key = kept.texts().get(TlsFiles.KEY);
            var roots = kept.texts().get(TlsFiles.ROOTS);
            if (certificate == null || key == null || roots == null) {
                return Future.succeededFuture("left as it was: nothing of ours was there before");
            }
            return api.serve(certificate, key, roots)
                    .map(served -> "PUT /api/v5/listeners/" + api.listener())
                    .recover(refused ->
                            Future.failedFuture(new TargetFailed(String.valueOf(refused.getMessage()), refused)));
        });
    }

    @Override
    public Future<Void> restore(Snapshot before) {
        return workers.executeBlocking(() -> copy.restore(before), false).mapEmpty();
    }
}
