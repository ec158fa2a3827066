package io.lumia.store;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries again what a conflict or a lost connection undid: at once after a conflict, for a few seconds while the server restarts. Once it did not
 * answer for so long, everybody is told at once, and one a second asks it again.
 */
final class Attempts {
    /** To one attempt at a connection. */
    static final Duration CONNECTING = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final int MOST_CONFLICTS = 20;

    private final String place;
    private volatile @Nullable Silence silence;

    /** @param until nobody asks again, by {@link System#nanoTime} */
    private record Silence(long until, RuntimeException why) {}

    /** @param place of the database, for messages */
    Attempts(String place) {
        this.place = place;
    }

    /** @throws StoreUnreachable when the database does not answer */
    <T> T make(Supplier<T> attempt) {
        boolean patient = requireAnswer();
        long begun = System.nanoTime();
        int conflicts = 0;
        while (true) {
            try {
                var made = attempt.get();
                silence = null;
                return made;
            } catch (StoreUnreachable known) {
                throw known;
            } catch (RuntimeException failed) {
                var lost = Lost.of(failed).orElseThrow(() -> failed);
                if (lost == Lost.CONFLICT && ++conflicts > MOST_CONFLICTS) {
                    throw failed;
                }
                if (lost == Lost.CONNECTION) {
                    if (!patient || System.nanoTime() - begun > PATIENCE.toNanos()) {
                        silence = new Silence(System.nanoTime() + SILENCE.toNanos(), failed);
                        throw StoreUnreachable.nothingDone(place, failed);
                    }
                    rest(failed);
                }
            }
        }
    }

    /** @return whether it is worth waiting: false when it did not answer the last time */
    private boolean requireAnswer() {
        var silent = silence;
        if (silent == null) {
            return true;
        }
        if (System.nanoTime() - silent.until < 0) {
            throw StoreUnreachable.nothingDone(place, silent.why);
        }
        silence = new Silence(System.nanoTime() + SILENCE.toNanos(), silent.why);
        return false;
    }

    /**
     * Waits a moment.
     *
     * @param cause told when this thread is to end
     */
    void rest(RuntimeException cause) {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw StoreUnreachable.nothingDone(place, cause);
        }
    }
}
