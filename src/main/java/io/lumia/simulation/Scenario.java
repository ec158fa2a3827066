package io.lumia.simulation;

import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RetrySchedule;
import java.time.Duration;
import java.util.List;

/**
 * What is simulated.
 *
 * @param devices how many
 * @param lifetime of their certificates
 * @param lasting how much time is simulated
 * @param enrolled over what time the first certificates are issued, evenly; zero: all at once
 * @param outages of the CA, in order and apart
 * @param ca what the CA can do
 * @param policy when devices renew
 * @param retries when they try again
 * @param levelled whether first certificates and failed renewals are spread; without, first ones are due as all others and failed renewals go by
 *     the schedule alone
 * @param seed the same seed gives the same course
 */
public record Scenario(
        int devices,
        Duration lifetime,
        Duration lasting,
        Duration enrolled,
        List<Outage> outages,
        Capacity ca,
        RenewalPolicy policy,
        RetrySchedule retries,
        boolean levelled,
        long seed) {

    /** @throws IllegalArgumentException saying what does not fit */
    public Scenario {
        demand(devices >= 1, "there must be at least one device");
        demand(lifetime.toMillis() >= 1000, "the lifetime must be a second at least");
        demand(lasting.compareTo(Duration.ZERO) > 0, "the time simulated must be positive");
        demand(enrolled.compareTo(lasting) <= 0, "the fleet must be enrolled before the end of the simulation");
        outages = List.copyOf(outages);
        var free = Duration.ZERO;
        for (Outage outage : outages) {
            demand(outage.lasting().compareTo(Duration.ZERO) > 0, "an outage must last a while");
            demand(outage.from().compareTo(free) >= 0, "outages must not overlap and must be in order");
            free = outage.end();
        }
    }

    /**
     * What the CA can do.
     *
     * @param perSecond certificates; infinite: whatever comes is served at once
     * @param waiting requests that wait for their turn at most; more are refused
     * @param comeBack what those are asked to wait
     */
    public record Capacity(double perSecond, int waiting, Duration comeBack) {
        /** A refusal costs this part of a certificate: a TLS handshake, 0.6 of the 3.8 ms that a certificate by ACME took. */
        static final double COST_OF_REFUSAL = 0.15;
        /** Those who were let in have their share of the processors whatever the crowd outside. */
        static final double MOST_FOR_REFUSALS = 0.5;

        public Capacity {
            demand(perSecond > 0, "the CA's capacity must be positive");
            demand(waiting >= 1, "one request must be able to wait");
        }

        /** Whether whatever comes is served at once. */
        public boolean isUnlimited() {
            return Double.isInfinite(perSecond);
        }
    }

    /** What the fleet makes on average: certificates a second once it is mixed. */
    public double meanPerSecond() {
        return devices * 1000.0 / policy.ages(lifetime).mean();
    }

    /** The same with a CA that serves whatever comes. */
    public Scenario unlimited() {
        return with(devices, new Capacity(Double.POSITIVE_INFINITY, ca.waiting, ca.comeBack), policy, levelled);
    }

    /** The same when all certificates are renewed at the latest moment of the policy, and tried again by the schedule alone. */
    public Scenario withoutSpreading() {
        return with(devices, ca, new RenewalPolicy(policy.remainingLifetime(), policy.renewBefore(), 0), false);
    }

    Scenario scaledDown(double scale) {
        var smaller =
                new Capacity(ca.perSecond / scale, (int) Math.max(1, Math.round(ca.waiting / scale)), ca.comeBack);
        return with((int) Math.max(1, Math.round(devices / scale)), smaller, policy, levelled);
    }

    private Scenario with(int many, Capacity otherCa, RenewalPolicy otherPolicy, boolean spread) {
        return new Scenario(many, lifetime, lasting, enrolled, outages, otherCa, otherPolicy, retries, spread, seed);
    }

    private static void demand(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
