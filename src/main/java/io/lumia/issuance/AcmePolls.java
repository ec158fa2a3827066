package io.lumia.issuance;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Status;

/**
 * Waits for orders and authorizations. acme4j blocks and looks every three seconds; here each look is a short visit to a worker, and waiting
 * holds no thread.
 */
public final class AcmePolls {
    private static final Duration FIRST_POLL = Duration.ofMillis(40);
    private static final Duration LONGEST_POLL = Duration.ofSeconds(3);

    private final Vertx vertx;
    private final WorkerExecutor workers;
    private final Clock clock;

    public AcmePolls(Vertx vertx, WorkerExecutor workers, Clock clock) {
        this.vertx = vertx;
        this.workers = workers;
        this.clock = clock;
    }

    /** Its status once it waits for nothing more; fails with {@link TimeoutException} after the deadline. */
    public Future<Status> finished(PollableResource resource, Instant deadline) {
        return look(resource, deadline, 0);
    }

    /** Soon at first, less often later, as late as the CA asks for (RFC 8555, 7.5.1). */
    private Future<Status> look(PollableResource resource, Instant deadline, int round) {
        return workers.executeBlocking(() -> resource.fetch().orElse(Instant.EPOCH), false)
                .compose(retryAt -> {
                    var status = resource.getStatus();
                    if (status != Status.PENDING && status != Status.PROCESSING && status != Status.READY) {
                        return Future.succeededFuture(status);
                    }
                    var now = clock.instant();
                    if (now.isAfter(deadline)) {
                        return Future.failedFuture(new TimeoutException("the CA did not finish in time"));
                    }
                    return vertx.timer(
                                    pause(round, Duration.between(now, retryAt)).toMillis(), TimeUnit.MILLISECONDS)
                            .compose(slept -> look(resource, deadline, round + 1));
                });
    }

    /** @param asked by the server; negative: not at all */
    static Duration pause(int round, Duration asked) {
        var growing = FIRST_POLL.multipliedBy(1L << Math.min(round, 10));
        var ours = growing.compareTo(LONGEST_POLL) < 0 ? growing : LONGEST_POLL;
        // the first look is ours: most orders are done before the second that Retry-After cannot go below
        return round > 0 && asked.compareTo(ours) > 0 ? asked : ours;
    }
}
