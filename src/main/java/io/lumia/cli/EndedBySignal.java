package io.lumia.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** While it is open, Ctrl-C and SIGTERM interrupt the thread that opened it, and end the process only when it was closed. */
final class EndedBySignal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EndedBySignal.class);
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(30);

    private final Thread player = Thread.currentThread();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::signalled, "lumia-end");

    EndedBySignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void signalled() {
        player.interrupt();
        try {
            if (!over.await(LONGEST_FAREWELL.toSeconds(), TimeUnit.SECONDS)) {
                log.atWarn().log("did not end in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException signalled) {
            log.atDebug().log("ended by a signal");
        }
    }
}
