package io.lumia.lifecycle;

import io.lumia.x509.DeviceName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A drill in which every device of the fleet renews, so many each second: whose turn it is, and when to stop. It does nothing itself and knows
 * no clock; times given to it never go back. Not thread-safe.
 */
public final class FleetRotation {
    /** A device that has begun and does not say how it ended has failed after this. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Devices at work are no more than the rate brings in this time: a CA that falls behind slows the drill down. */
    private static final Duration WORTH_OF_WORK = Duration.ofSeconds(20);

    private static final int LEAST_AT_WORK = 5;
    private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();
    /** One or two that fail say nothing about the fleet. */
    private static final int FEW = 2;

    private final double perSecond;
    private final double mostFailed;
    private final Deque<DeviceName> waiting = new ArrayDeque<>();
    private final Map<DeviceName, Instant> working = new LinkedHashMap<>();
    private State state = State.RUNNING;
    private boolean all;
    private double allowance = 1;
    private Instant allowedAt;
    private long done;
    private long failed;
    private long absent;
    private long dropped;
    private long doneBefore;
    private long failedBefore;

    /** Where a drill is. */
    public enum State {
        RUNNING,
        /** By an operator; those at work end. */
        PAUSED,
        /** By itself, since too many failed; goes on when an operator says so. */
        HALTED,
        /** Every device has had its turn. */
        DONE,
        /** By an operator; those that were left keep their certificates. */
        ABORTED;

        public boolean isOver() {
            return this == DONE || this == ABORTED;
        }
    }

    /**
     * @param left devices that have not had their turn
     * @param working that have begun and not ended
     * @param done that have a new certificate
     * @param failed that kept the old one
     * @param absent that did not answer
     */
    public record Progress(State state, long left, long working, long done, long failed, long absent) {}

    /**
     * Begins.
     *
     * @param perSecond devices, more than 0
     * @param mostFailed share of those that ended, from 0 to 1: above it the drill stops by itself
     */
    public FleetRotation(double perSecond, double mostFailed, Instant now) {
        if (!(perSecond > 0) || !(mostFailed >= 0 && mostFailed <= 1)) {
            throw new IllegalArgumentException("rate " + perSecond + " or share " + mostFailed + " is out of range");
        }
        this.perSecond = perSecond;
        this.mostFailed = mostFailed;
        this.allowedAt = now;
    }

    /** These are to have their turn as well. */
    public void add(Collection<DeviceName> devices) {
        if (state != State.ABORTED) {
            waiting.addAll(devices);
        }
    }

    /** No further ones will be added. */
    public void allAdded() {
        all = true;
        endWhenEmpty();
    }

    /** Whose turn it is now; they are at work until {@link #ended}, {@link #absent} or {@link #expire} says otherwise. */
    public List<DeviceName> take(Instant now) {
        if (state != State.RUNNING) {
            return List.of();
        }
        accrue(now);
        var turn = new ArrayList<DeviceName>();
        while (allowance >= 1 && !waiting.isEmpty() && working.size() < mostAtWork()) {
            allowance--;
            var device = waiting.remove();
            working.put(device, now);
            turn.add(device);
        }
        return turn;
    }

    /** What was not used is not saved up for longer than a second: a drill never makes good for a pause by a burst. */
    private void accrue(Instant now) {
        var passed = Duration.between(allowedAt, now);
        allowedAt = now;
        if (!passed.isNegative()) {
            allowance = Math.min(Math.max(1, perSecond), allowance + perSecond * passed.toNanos() / NANOS_PER_SECOND);
        }
    }

    private int mostAtWork() {
        return (int) Math.max(LEAST_AT_WORK, perSecond * WORTH_OF_WORK.toSeconds());
    }

    /** Nobody answered for the device. */
    public void absent(DeviceName device) {
        if (working.remove(device) != null) {
            absent++;
            endWhenEmpty();
        }
    }

    /** The device said how it ended. @return whether it was at work */
    public boolean ended(DeviceName device, boolean renewed) {
        if (working.remove(device) == null) {
            return false;
        }
        if (renewed) {
            done++;
        } else {
            failed++;
        }
        judge();
        return true;
    }

    /** Gives up those that are at work for too long. @return them */
    public List<DeviceName> expire(Instant now) {
        var late = working.entrySet().stream()
                .filter(entry -> Duration.between(entry.getValue(), now).compareTo(PATIENCE) >= 0)
                .map(Map.Entry::getKey)
                .toList();
        late.forEach(working::remove);
        failed += late.size();
        if (!late.isEmpty()) {
            judge();
        }
        return late;
    }

    private void judge() {
        long failedSince = failed - failedBefore;
        long endedSince = failedSince + done - doneBefore;
        if (state == State.RUNNING && failedSince > FEW && failedSince > mostFailed * endedSince) {
            state = State.HALTED;
        }
        endWhenEmpty();
    }

    private void endWhenEmpty() {
        if (state == State.RUNNING && all && waiting.isEmpty() && working.isEmpty()) {
            state = State.DONE;
        }
    }

    /** Those at work end, no other begins. @return whether it was running */
    public boolean pause() {
        return change(state == State.RUNNING, State.PAUSED);
    }

    /** Goes on; what failed before is forgiven. @return whether it was paused or halted */
    public boolean resume(Instant now) {
        if (!change(state == State.PAUSED || state == State.HALTED, State.RUNNING)) {
            return false;
        }
        doneBefore = done;
        failedBefore = failed;
        allowance = 1;
        allowedAt = now;
        endWhenEmpty();
        return true;
    }

    /** Those at work end, the others keep what they have. @return whether it was not over */
    public boolean abort() {
        if (!change(!state.isOver(), State.ABORTED)) {
            return false;
        }
        dropped = waiting.size();
        waiting.clear();
        return true;
    }

    private boolean change(boolean possible, State next) {
        if (possible) {
            state = next;
        }
        return possible;
    }

    public State state() {
        return state;
    }

    public Progress progress() {
        return new Progress(state, waiting.size() + dropped, working.size(), done, failed, absent);
    }

    /** How many wait for their turn and have been added. */
    public int waiting() {
        return waiting.size();
    }
}
