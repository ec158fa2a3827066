package io.lumia.mosquitto;

import io.lumia.x509.Crl;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Brings the CA's revocation list to Mosquitto. For one event loop. */
final class RevocationLists {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Vertx vertx;
    private final Supplier<Future<Buffer>> source;
    private final BrokerFiles files;
    private final BrokerProcess process;
    private final WorkerExecutor workers;
    private final Duration patience;
    private final Clock clock;

    /** @param source the list in force at the CA, DER */
    RevocationLists(
            Vertx vertx,
            Supplier<Future<Buffer>> source,
            BrokerFiles files,
            BrokerProcess process,
            WorkerExecutor workers,
            Duration patience,
            Clock clock) {
        this.vertx = vertx;
        this.source = source;
        this.files = files;
        this.process = process;
        this.workers = workers;
        this.patience = patience;
        this.clock = clock;
    }

    /** Fetches, writes and has Mosquitto read it again when it changed. @return what it lists that the one before did not */
    Future<Set<SerialNumber>> refresh() {
        return source.get().compose(der -> workers.executeBlocking(() -> taken(Crl.parse(der.getBytes())), false));
    }

    /** As {@link #refresh}, until the list has this one. */
    Future<Set<SerialNumber>> refreshUntil(SerialNumber listed) {
        return until(listed, new HashSet<>(), System.nanoTime() + patience.toNanos());
    }

    private Future<Set<SerialNumber>> until(SerialNumber listed, Set<SerialNumber> news, long deadline) {
        return refresh()
                .compose(more -> {
                    news.addAll(more);
                    return workers.executeBlocking(files::list, false);
                })
                .compose(list -> {
                    if (list.map(crl -> crl.serials().contains(listed)).orElse(false)) {
                        return Future.succeededFuture(news);
                    }
                    if (System.nanoTime() - deadline > 0) {
                        return Future.failedFuture(
                                "the CA's revocation list does not have the certificate; check crl.generateOnRevoke"
                                        + " in its ca.json, and mosquitto.crl-file");
                    }
                    return vertx.timer(PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                            .compose(waited -> until(listed, news, deadline));
                });
    }

    private Set<SerialNumber> taken(Crl fetched) throws IOException {
        // without a list Mosquitto did not start, so nobody is connected who would have to go
        var before = files.list().map(Crl::serials).orElseGet(fetched::serials);
        if (files.writeList(fetched, clock.instant())) {
            var unused = process.reload();
        }
        var news = new HashSet<>(fetched.serials());
        news.removeAll(before);
        return news;
    }
}
