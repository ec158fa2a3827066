package io.lumia.broker.handshake;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * In which order the handshakes of one event loop are worked on. A step of a handshake costs a hundred times a packet, so each turn of the event
 * loop does only few, and who is connected is served in between. A handshake that was begun comes before a new one: many half done at once would
 * all come too late. On the event loop.
 */
final class HandshakeTurns {
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long LENT_MS = 1000;

    private final EventLoop loop;
    private final WaitingRoom room;
    private final int places;
    private final ArrayDeque<PacedSslHandler> begun = new ArrayDeque<>();
    private final ArrayDeque<PacedSslHandler> fresh = new ArrayDeque<>();
    private int taken;
    private boolean scheduled;

    /** @param places how many may be at work; whoever lets us wait for a second gives its place on, not its handshake */
    HandshakeTurns(EventLoop loop, WaitingRoom room, int places) {
        this.loop = loop;
        this.room = room;
        this.places = places;
    }

    /** There are bytes of this handshake to work on; {@link PacedSslHandler#step} will be called. */
    void await(PacedSslHandler handshake) {
        (handshake.isBegun() ? begun : fresh).add(handshake);
        schedule(0);
    }

    /** It is closed. */
    void forget(PacedSslHandler handshake) {
        if (!begun.remove(handshake)) {
            var unused = fresh.remove(handshake);
        }
    }

    private void schedule(long delayNanos) {
        if (!scheduled) {
            scheduled = true;
            // not execute(): those tasks run before the next look at the sockets
            var unused = loop.schedule(this::turn, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void turn() {
        scheduled = false;
        long end = System.nanoTime() + TURN_NANOS;
        do {
            if (!begun.isEmpty()) {
                begun.remove().step();
            } else if (!fresh.isEmpty() && taken < places) {
                var wait = room.mayBegin();
                if (!wait.isZero()) {
                    schedule(wait.toNanos());
                    return;
                }
                begin(fresh.remove());
            } else {
                return; // places that become free call again
            }
        } while (System.nanoTime() < end);
        if (!begun.isEmpty() || !fresh.isEmpty()) {
            schedule(0);
        }
    }

    private void begin(PacedSslHandler handshake) {
        taken++;
        var place = new Lent();
        handshake.handshakeFuture().addListener(done -> place.giveBack());
        handshake.step();
    }

    /** A place at work. */
    private final class Lent {
        private final Future<?> end = loop.schedule(this::giveBack, LENT_MS, TimeUnit.MILLISECONDS);
        private boolean back;

        private void giveBack() {
            if (!back) {
                back = true;
                end.cancel(false);
                taken--;
                if (!fresh.isEmpty()) {
                    schedule(0);
                }
            }
        }
    }
}
