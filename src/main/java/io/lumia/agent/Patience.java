package io.lumia.agent;

import io.lumia.config.AgentConfig;
import io.lumia.lifecycle.RetrySchedule;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long an identity waits before it tries again. */
final class Patience {
    private static final int ATTEMPTS_BEFORE_EXPIRY = 4;

    private final RetrySchedule schedule;

    Patience(AgentConfig config) {
        schedule = new RetrySchedule(config.retryFirst(), config.retryLongest());
    }

    /** @param failures so far, from 1 */
    Duration wait(StepFailed failure, int failures) {
        var drawn = schedule.delay(failures, ThreadLocalRandom.current());
        if (failure.remedy() == StepFailed.Remedy.OPERATOR) {
            drawn = schedule.longest().dividedBy(2).plus(drawn.dividedBy(2));
        }
        var asked = failure.retryAfter().orElse(Duration.ZERO);
        if (asked.compareTo(drawn) <= 0) {
            return drawn;
        }
        // everybody who was sent away was told the same second
        return asked.plus(schedule.delay(failures, ThreadLocalRandom.current()));
    }

    /** After a connection that had stood. */
    Duration afterLoss(int losses) {
        return schedule.delay(losses, ThreadLocalRandom.current());
    }

    /** However long the schedule would wait, there are several attempts before the certificate expires. */
    Duration beforeExpiry(Duration wait, Duration left) {
        var most = left.isNegative()
                ? Duration.ofMillis(1)
                : left.dividedBy(ATTEMPTS_BEFORE_EXPIRY).plusMillis(1);
        return wait.compareTo(most) < 0 ? wait : most;
    }
}
