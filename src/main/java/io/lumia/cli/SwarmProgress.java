package io.lumia.cli;

import io.lumia.swarm.Swarm;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** How a run goes, while it does: one line that is written over on a terminal, a line every few seconds elsewhere. */
final class SwarmProgress implements AutoCloseable {
    private static final int QUIET_SECONDS = 5;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Swarm swarm;
    private final PrintWriter out;
    private final boolean terminal;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "lumia-swarm-progress"));
    private int ticks;

    /** @param terminal whether a line can be written over */
    SwarmProgress(Swarm swarm, PrintWriter out, boolean terminal) {
        this.swarm = swarm;
        this.out = out;
        this.terminal = terminal;
    }

    void begin() {
        var unused = timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        if (terminal) {
            out.print(CLEAR_LINE + line());
        } else if (++ticks % QUIET_SECONDS == 0) {
            out.println(line());
        }
        out.flush();
    }

    private String line() {
        var counts = swarm.counts();
        var timeline = swarm.timeline();
        int last = timeline.size() - 1;
        if (last < 1) {
            return "starting";
        }
        var now = timeline.get(last);
        var before = timeline.get(last - 1);
        double seconds = now.at() - before.at();
        var elapsed = Duration.ofSeconds((long) now.at());
        return String.format(
                Locale.ROOT,
                "%02d:%02d:%02d  connected %d/%d  enrolled %d  renewals %d  msg/s %.0f  p50 %.1f ms  p99 %.1f ms  lost %d"
                        + "  dropped %d",
                elapsed.toHours(),
                elapsed.toMinutesPart(),
                elapsed.toSecondsPart(),
                counts.connected(),
                counts.devices(),
                counts.enrolled(),
                counts.renewals(),
                (now.counts().published() - before.counts().published()) / seconds,
                now.p50(),
                now.p99(),
                counts.lost(),
                counts.dropped());
    }

    /** The last line stays. */
    @Override
    public void close() {
        timer.shutdownNow();
        if (terminal) {
            out.println();
        }
        out.flush();
    }
}
