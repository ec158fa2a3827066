package io.lumia.audit;

import io.lumia.bus.FleetBus.Audited;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the head of the chain to the witness, at most once a second. For one event loop. */
final class Remembering {
    private static final Logger log = LoggerFactory.getLogger(AuditVerticle.class);
    private static final long EVERY_MILLIS = 1_000;

    private final Vertx vertx;
    private final Witness witness;
    private final AuditLog file;
    private Head told = Head.NONE;
    private boolean waiting;
    private boolean checked;

    Remembering(Vertx vertx, Witness witness, AuditLog file) {
        this.vertx = vertx;
        this.witness = witness;
        this.file = file;
    }

    /** Tells of lines that are missing at the end, by the log and by an act that stays. */
    Future<Void> check(Instant now, Consumer<Audited> tell) {
        return witness.recall().compose(found -> {
            checked = true;
            var missing =
                    found.filter(head -> head.sequence() > file.headAtStart().sequence());
            missing.ifPresent(head -> {
                log.atError()
                        .addKeyValue("expected", head.sequence())
                        .addKeyValue("found", file.headAtStart().sequence())
                        .log(
                                "lines are missing at the end of the audit log: it was cut, or restored from a copy that is older than the database");
                tell.accept(LogEnd.act(
                        now,
                        Witness.BREAK,
                        Map.of(
                                "expected", head.toString(),
                                "found", file.headAtStart().toString())));
            });
            soon();
            return Future.succeededFuture();
        });
    }

    void soon() {
        if (!waiting && checked) {
            waiting = true;
            var unused = now();
            var timer = vertx.setTimer(EVERY_MILLIS, passed -> {
                waiting = false;
                if (!file.head().equals(told)) {
                    soon();
                }
            });
            assert timer >= 0;
        }
    }

    /** For the end of the process. */
    Future<Void> last() {
        return checked ? now() : Future.succeededFuture();
    }

    private Future<Void> now() {
        var head = file.head();
        if (head.equals(told)) {
            return Future.succeededFuture();
        }
        told = head;
        return witness.remember(head)
                .onFailure(failed -> log.atWarn()
                        .addKeyValue("reason", failed.getMessage())
                        .log("the end of the audit log cannot be noted outside of it; it is tried again"))
                .otherwiseEmpty();
    }
}
