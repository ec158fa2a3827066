package io.lumia.lifecycle;

import io.lumia.lifecycle.RenewalPolicy.Window;
import java.time.Duration;
import java.time.Instant;

/** When the holder of a certificate whose issuer is left behind renews: spread evenly, so that no stampede comes, and never later than usual. */
public final class DrainSchedule {
    /** Of the lifetime: long enough for each holder to ask several times, short enough to be over before many would renew anyway. */
    private static final int SHARE_OF_LIFETIME = 6;

    private static final int PARTS = 32;

    private DrainSchedule() {}

    /**
     * @param began when the draining began
     * @param place of this certificate among all, from 0 to 1
     * @param usual when it would be renewed otherwise
     */
    public static Window window(Instant issuedAt, Instant notAfter, Instant began, double place, Window usual) {
        var spread = Duration.between(issuedAt, notAfter).dividedBy(SHARE_OF_LIFETIME);
        var begin = began.plusMillis((long) (spread.toMillis() * place));
        return begin.isBefore(usual.begin()) ? new Window(begin, begin.plus(spread.dividedBy(PARTS))) : usual;
    }
}
