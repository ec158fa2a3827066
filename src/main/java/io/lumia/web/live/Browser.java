package io.lumia.web.live;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One that listens. What it does not take in time is not kept for it: it goes on with what is still there, and is told how much it missed. */
final class Browser {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Then it comes again by itself, and shows anew who it is. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final Buffer GREETING = Buffer.buffer("retry: 2000\n\n");

    private final HttpServerResponse response;
    private final Instant since;
    private long last;
    private @Nullable Instant stuckSince;

    Browser(HttpServerResponse response, long last, Instant since) {
        this.response = response;
        this.last = last;
        this.since = since;
    }

    void greet(Buffer counters) {
        write(Buffer.buffer().appendBuffer(GREETING).appendBuffer(counters));
    }

    /** Sends the events that it does not know yet, in one piece. */
    void catchUp(Deque<LiveEvent> kept) {
        if (kept.isEmpty() || kept.getLast().id() <= last || response.writeQueueFull() || response.closed()) {
            return;
        }
        var piece = Buffer.buffer();
        long missed = kept.getFirst().id() - last - 1;
        if (missed > 0) {
            piece.appendBuffer(LiveEvent.frame("missed", java.util.Map.of("count", missed)));
        }
        for (LiveEvent event : kept) {
            if (event.id() > last) {
                piece.appendBuffer(event.frame());
            }
        }
        last = kept.getLast().id();
        write(piece);
    }

    void tell(Buffer frame) {
        if (!response.writeQueueFull() && !response.closed()) {
            write(frame);
        }
    }

    /** Whether it is gone; ends it when it does not read or had its time. */
    boolean isOver(Instant now) {
        if (response.closed() || response.ended()) {
            return true;
        }
        stuckSince = response.writeQueueFull() ? (stuckSince == null ? now : stuckSince) : null;
        if (stuckSince != null && now.isAfter(stuckSince.plus(PATIENCE))) {
            var unused = response.reset();
            return true;
        }
        if (now.isAfter(since.plus(LONGEST))) {
            var unused = response.end();
            return true;
        }
        return false;
    }

    private void write(Buffer piece) {
        response.write(piece).onFailure(gone -> {});
    }
}
