package io.lumia.cli;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts that run, in the order in which they were deployed. */
final class Deployments {
    private static final Logger log = LoggerFactory.getLogger(Deployments.class);

    private final Vertx vertx;
    private final Deque<String> running = new ArrayDeque<>();

    Deployments(Vertx vertx) {
        this.vertx = vertx;
    }

    Future<String> deploy(Deployable part) {
        return vertx.deployVerticle(part).onSuccess(running::push);
    }

    /** The last one first; never fails. */
    Future<Void> undeploy() {
        var last = running.poll();
        if (last == null) {
            return Future.succeededFuture();
        }
        return vertx.undeploy(last)
                .onFailure(broken -> log.atWarn().addKeyValue("reason", broken).log("a part did not stop cleanly"))
                .otherwiseEmpty()
                .compose(undeployed -> undeploy());
    }
}
