package io.lumia.bench;

import io.lumia.bench.mqtt.Link;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Lets devices publish in turns at a fixed rate, evenly in time. Each message carries the moment it was due, so that a stall counts for every
 * message that had to wait for it.
 */
final class Pace {
    private final List<Turn> turns = new ArrayList<>();
    private volatile boolean over;

    /** @param rate messages a second, of all together */
    Pace(List<Link> links, List<Publisher> publishers, int rate) {
        Map<EventLoop, List<Publisher>> byLoop = new LinkedHashMap<>();
        for (int i = 0; i < links.size(); i++) {
            byLoop.computeIfAbsent(links.get(i).loop(), loop -> new ArrayList<>())
                    .add(publishers.get(i));
        }
        long begin = System.nanoTime();
        double nanosEach = 1e9 / rate;
        byLoop.forEach((loop, some) -> {
            double interval = nanosEach * publishers.size() / some.size();
            var turn = new Turn(loop, some, begin + (long) (nanosEach * turns.size()), interval);
            turns.add(turn);
            loop.execute(turn);
        });
    }

    /** One event loop's devices. */
    private final class Turn implements Runnable {
        private final EventLoop loop;
        private final List<Publisher> publishers;
        private final long begin;
        private final double interval;
        private long count;

        private Turn(EventLoop loop, List<Publisher> publishers, long begin, double interval) {
            this.loop = loop;
            this.publishers = publishers;
            this.begin = begin;
            this.interval = interval;
        }

        @Override
        public void run() {
            long due = due();
            while (!over && due <= System.nanoTime()) {
                publishers.get((int) (count % publishers.size())).publish(due);
                count++;
                due = due();
            }
            if (!over) {
                var unused = loop.schedule(this, due - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        }

        private long due() {
            return begin + (long) (count * interval);
        }
    }

    /** Nobody publishes any more. */
    void stop() {
        over = true;
    }
}
