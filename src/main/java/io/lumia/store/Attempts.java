package io.lumia.store;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Tries again what a conflict or a lost connection undid: at once after a conflict, for a few seconds while the server restarts. Once it did not
 * answer for so long, everybody is told at once until it does.
 */
final class Attempts {
    /** To one attempt at a connection. */
    static final Duration CONNECTING = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int MOST_CONFLICTS = 20;

    private final String place;
    private volatile boolean silent;

    /** @param place of the database, for messages */
    Attempts(String place) {
        this.place = place;
    }

    <T> T make(Supplier<T> attempt) {
        long begun = System.nanoTime();
        int conflicts = 0;
        while (true) {
            try {
                var made = attempt.get();
                silent = false;
                return made;
            } catch (StoreUnreachable outcomeIsUnknown) {
                throw outcomeIsUnknown;
            } catch (RuntimeException failed) {
                switch (Lost.of(failed).orElseThrow(() -> failed)) {
                    case CONFLICT -> {
                        if (++conflicts > MOST_CONFLICTS) {
                            throw failed;
                        }
                    }
                    case CONNECTION -> {
                        if (silent || System.nanoTime() - begun > PATIENCE.toNanos()) {
                            silent = true;
                            throw StoreUnreachable.nothingDone(place, failed);
                        }
                        rest(failed);
                    }
                }
            }
        }
    }

    private void rest(RuntimeException failed) {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw StoreUnreachable.nothingDone(place, failed);
        }
    }
}
