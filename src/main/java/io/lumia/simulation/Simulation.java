package io.lumia.simulation;

import io.lumia.lifecycle.RenewalAges;
import io.lumia.lifecycle.RenewalRetry;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Lets a fleet live through a scenario: each device obtains its first certificate, renews it when {@link io.lumia.lifecycle.RenewalPolicy} says so,
 * and tries again as {@link RenewalRetry} says while its certificate works, by the plain schedule when it has none. The policy draws positions by a
 * hash; here a seeded generator draws them, which is as even and ten times as fast. An exchange takes no time except waiting for its turn at the CA.
 * Used once.
 */
public final class Simulation {
    private static final int NEVER = -1;

    private final Scenario scenario;
    private final Grain grain;
    private final RenewalAges ages;
    private final RenewalRetry retry;
    private final SplittableRandom randomness;
    private final Calendar calendar;
    private final Course course;
    private final Desk desk;
    private final int lifetime;
    private final double scale;

    /** In ticks; {@link #NEVER}: had none yet. */
    private final int[] notAfter;
    /** Since when it wants the certificate that it has not got; {@link #NEVER}: wants none. */
    private final int[] wantedSince;

    private final short[] failures;
    private int backlog;
    private int enrolled;
    private int longestWait;

    public Simulation(Scenario scenario) {
        this(scenario, Grain.of(scenario), 1);
    }

    private Simulation(Scenario scenario, Grain grain, double scale) {
        this.scenario = scenario;
        this.grain = grain;
        this.scale = scale;
        ages = scenario.policy().ages(scenario.lifetime());
        retry = new RenewalRetry(scenario.retries());
        randomness = new SplittableRandom(scenario.seed());
        calendar = new Calendar(grain.ticks(scenario.lasting()), scenario.devices());
        course = new Course(calendar.ticks(), grain.ticksPerBucket());
        desk = new Desk(scenario.ca(), grain.tickMillis() / 1000.0);
        lifetime = grain.ticks(scenario.lifetime());
        notAfter = new int[scenario.devices()];
        wantedSince = new int[scenario.devices()];
        failures = new short[scenario.devices()];
    }

    /**
     * A smaller fleet with a CA that is smaller as well, whose outcome is told as that of the whole; chance weighs more. For fleets that knock at the CA
     * all at once, again and again.
     */
    public static Simulation sample(Scenario whole, int mostDevices) {
        double scale = Math.max(1, (double) whole.devices() / mostDevices);
        return new Simulation(whole.scaledDown(scale), Grain.of(whole), scale);
    }

    /** Runs to the end. */
    public Outcome run() {
        enrol();
        int from = 0;
        for (Outage outage : scenario.outages()) {
            int begin = grain.ticks(outage.from());
            open(from, begin);
            from = grain.ticks(outage.end());
            closed(begin, from);
        }
        open(from, calendar.ticks());
        expireThoseThatWait();
        return new Outcome(scenario, grain, course, enrolled, longestWait, scale);
    }

    private void enrol() {
        double step = (double) grain.ticks(scenario.enrolled()) / scenario.devices();
        for (int device = 0; device < scenario.devices(); device++) {
            notAfter[device] = NEVER;
            wantedSince[device] = NEVER;
            calendar.add(device, (long) (device * step));
        }
    }

    /** The CA answers. */
    private void open(int from, int until) {
        for (int tick = from; tick < Math.min(until, calendar.ticks()); tick++) {
            for (int device = calendar.take(tick); device != Calendar.NOBODY; device = calendar.take(tick)) {
                ask(device, tick);
            }
            desk.tick();
            while (desk.hasTurn()) {
                obtain(desk.next(), tick);
            }
            course.waiting(tick, backlog);
        }
    }

    /** The CA does not answer; whoever waited for its turn learns it now. */
    private void closed(int from, int until) {
        for (int device = desk.leave(); device != Calendar.NOBODY && from < calendar.ticks(); device = desk.leave()) {
            knock(device, from, until);
        }
        for (int tick = from; tick < Math.min(until, calendar.ticks()); tick++) {
            for (int device = calendar.take(tick); device != Calendar.NOBODY; device = calendar.take(tick)) {
                knock(device, tick, until);
            }
            course.waiting(tick, backlog);
        }
    }

    /** All its tries while the CA is down. */
    private void knock(int device, int from, int until) {
        want(device, from);
        long next = from;
        while (next < Math.min(until, calendar.ticks())) {
            int tick = (int) next;
            course.attempts[course.bucket(tick)]++;
            next = nextTry(device, tick, Duration.ZERO);
        }
        calendar.add(device, next);
    }

    private void ask(int device, int tick) {
        int bucket = course.bucket(tick);
        course.attempts[bucket]++;
        if (desk.isUnlimited()) {
            obtain(device, tick);
        } else if (desk.admits()) {
            want(device, tick);
            desk.queue(device);
        } else {
            course.refused[bucket]++;
            desk.refuse();
            failed(device, tick, scenario.ca().comeBack());
        }
    }

    private void want(int device, int tick) {
        if (wantedSince[device] == NEVER) {
            wantedSince[device] = tick;
            backlog++;
        }
    }

    private void obtain(int device, int tick) {
        if (wantedSince[device] != NEVER) {
            backlog--;
            longestWait = Math.max(longestWait, tick - wantedSince[device]);
            wantedSince[device] = NEVER;
        }
        boolean replacesNone = notAfter[device] <= tick;
        if (notAfter[device] == NEVER) {
            enrolled++;
        } else {
            course.renewals[course.bucket(tick)]++;
            if (replacesNone) {
                course.expired(notAfter[device], tick);
            }
        }
        failures[device] = 0;
        notAfter[device] = tick + lifetime;
        double position = randomness.nextDouble();
        long age = replacesNone && scenario.levelled() ? ages.firstAt(position) : ages.at(position);
        calendar.add(device, tick + Math.max(1, grain.ticks(age)));
    }

    private void failed(int device, int tick, Duration asked) {
        want(device, tick);
        calendar.add(device, nextTry(device, tick, asked));
    }

    private long nextTry(int device, int tick, Duration asked) {
        failures[device] = (short) Math.min(Short.MAX_VALUE, failures[device] + 1);
        return (long) tick + Math.max(1, grain.ticks(pause(device, tick, asked).toMillis()));
    }

    private Duration pause(int device, int tick, Duration asked) {
        var left = Duration.ofMillis((notAfter[device] - (long) tick) * grain.tickMillis());
        if (notAfter[device] == NEVER || left.isNegative() || left.isZero()) {
            return scenario.retries().delay(failures[device], asked, randomness);
        }
        return scenario.levelled()
                ? retry.delay(failures[device], asked, left, randomness)
                : RenewalRetry.capped(scenario.retries().delay(failures[device], asked, randomness), left);
    }

    private void expireThoseThatWait() {
        for (int device = 0; device < scenario.devices(); device++) {
            if (notAfter[device] != NEVER && notAfter[device] < calendar.ticks() && wantedSince[device] != NEVER) {
                course.expired(notAfter[device], calendar.ticks());
            }
        }
    }
}
