package io.lumia.agent;

import io.lumia.config.AgentConfig;
import io.lumia.lifecycle.RenewalRetry;
import io.lumia.lifecycle.RetrySchedule;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long an identity waits before it tries again. */
final class Patience {
    private final RetrySchedule schedule;
    private final RenewalRetry renewals;

    Patience(AgentConfig config) {
        schedule = new RetrySchedule(config.retryFirst(), config.retryLongest());
        renewals = new RenewalRetry(schedule);
    }

    /** @param failures so far, from 1 */
    Duration wait(StepFailed failure, int failures) {
        var asked = failure.retryAfter().orElse(Duration.ZERO);
        if (failure.remedy() != StepFailed.Remedy.OPERATOR) {
            return schedule.delay(failures, asked, ThreadLocalRandom.current());
        }
        var half = schedule.longest().dividedBy(2);
        var drawn =
                half.plus(schedule.delay(failures, ThreadLocalRandom.current()).dividedBy(2));
        return asked.compareTo(drawn) <= 0 ? drawn : asked.plus(schedule.delay(failures, ThreadLocalRandom.current()));
    }

    /**
     * While a certificate works.
     *
     * @param failures of this renewal so far, from 1
     * @param left of the certificate
     */
    Duration renewal(StepFailed failure, int failures, Duration left) {
        return failure.remedy() == StepFailed.Remedy.OPERATOR
                ? RenewalRetry.capped(wait(failure, failures), left)
                : renewals.delay(
                        failures, failure.retryAfter().orElse(Duration.ZERO), left, ThreadLocalRandom.current());
    }

    /** After a connection that had stood. */
    Duration afterLoss(int losses) {
        return schedule.delay(losses, ThreadLocalRandom.current());
    }
}
