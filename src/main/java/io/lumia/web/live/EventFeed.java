package io.lumia.web.live;

import io.lumia.access.TokenBuckets;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.web.live.LiveEvent.Happening;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What happens, for browsers. Whatever the fleet does, the work here is bounded: of events that come in masses a few a second are kept and the rest is
 * counted, each is written as text once for all browsers, counters are asked for once a second, and a browser that does not read is
 * passed over and then dropped. For one event loop.
 */
public final class EventFeed {
    static final int KEPT = 500;
    private static final int ROUTINE_A_MINUTE = 300;
    private static final int ROUTINE_AT_ONCE = 20;
    private static final int OTHERS_A_MINUTE = 3000;
    private static final int OTHERS_AT_ONCE = 300;
    private static final int TYPES = 64;
    private static final int PROOFS = 1000;
    private static final int MOST_BROWSERS = 500;
    private static final int TICK_MILLIS = 250;
    private static final int TICKS_A_SECOND = 1000 / TICK_MILLIS;

    private final Vertx vertx;
    private final Clock clock;
    private final Counters counters;
    private final TokenBuckets<String> routine = new TokenBuckets<>(ROUTINE_A_MINUTE, ROUTINE_AT_ONCE, TYPES);
    private final TokenBuckets<String> others = new TokenBuckets<>(OTHERS_A_MINUTE, OTHERS_AT_ONCE, TYPES);
    private final Deque<LiveEvent> kept = new ArrayDeque<>();
    private final Set<Browser> browsers = new HashSet<>();
    private final Map<SerialNumber, List<RevocationEnforced>> proofs = new LinkedHashMap<>();
    private volatile long lastId;
    private long leftOut;
    private int ticks;

    /** @param policy by which renewals are overdue */
    public EventFeed(Vertx vertx, CountOverdue policy, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
        this.counters = new Counters(vertx, policy);
    }

    /** Hears the bus from now on. */
    public Future<Void> start() {
        vertx.setPeriodic(TICK_MILLIS, tick -> tick());
        return FleetBus.REVOCATION_ENFORCED
                .listen(vertx, this::prove)
                .compose(listening -> new Story(vertx, this::heard).begin());
    }

    /** The last ones, newest first. */
    public List<LiveEvent> recent(int most) {
        var recent = new ArrayList<LiveEvent>();
        for (Iterator<LiveEvent> newest = kept.descendingIterator(); newest.hasNext() && recent.size() < most; ) {
            recent.add(newest.next());
        }
        return recent;
    }

    /** After which browsers are to listen that were told everything up to now. */
    public long lastId() {
        return lastId;
    }

    /** Which brokers told that no session of this revoked certificate is left. */
    public List<RevocationEnforced> proofs(SerialNumber serial) {
        return List.copyOf(proofs.getOrDefault(serial, List.of()));
    }

    /** Browsers that listen now. */
    public int listening() {
        return browsers.size();
    }

    /** Events that were counted and not told, since the start. */
    public long leftOut() {
        return leftOut;
    }

    /** Whether one more browser may listen. */
    public boolean hasRoom() {
        return browsers.size() < MOST_BROWSERS;
    }

    /**
     * Begins to tell; the head of the answer is written here.
     *
     * @param after the last event that the browser knows of
     */
    public void open(HttpServerResponse response, long after) {
        response.putHeader("Content-Type", "text/event-stream; charset=utf-8")
                .putHeader("X-Accel-Buffering", "no")
                .setChunked(true);
        var browser = new Browser(response, Math.min(after, lastId), clock.instant());
        browsers.add(browser);
        response.closeHandler(closed -> browsers.remove(browser));
        response.exceptionHandler(broken -> browsers.remove(browser));
        browser.greet(counters.latest());
        browser.catchUp(kept);
    }

    private void heard(String type, boolean isRoutine, Supplier<Happening> words) {
        var now = clock.instant();
        if ((isRoutine ? routine : others).take(type, now).isPresent()) {
            leftOut++;
            return;
        }
        long id = lastId + 1;
        kept.addLast(LiveEvent.of(id, now, words.get()));
        if (kept.size() > KEPT) {
            kept.removeFirst();
        }
        lastId = id;
    }

    private void prove(RevocationEnforced told) {
        proofs.computeIfAbsent(told.serial(), first -> new ArrayList<>()).add(told);
        if (proofs.size() > PROOFS) {
            proofs.remove(proofs.keySet().iterator().next());
        }
    }

    private void tick() {
        if (browsers.isEmpty()) {
            return;
        }
        var now = clock.instant();
        browsers.removeIf(browser -> browser.isOver(now));
        browsers.forEach(browser -> browser.catchUp(kept));
        if (ticks++ % TICKS_A_SECOND == 0) {
            counters.ask(listening(), leftOut).onSuccess(this::tellAll).onFailure(silent -> {});
        }
    }

    private void tellAll(Buffer frame) {
        browsers.forEach(browser -> browser.tell(frame));
    }
}
