package io.lumia.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells messages that were long under way from those of a device whose clock is wrong, so that the latter do not pass for delivery times. A
 * message from the future settles it. One that seems to have been sent long ago does not: its delivery time is held back until the device has
 * told the time when asked, or has not answered and gets the benefit of the doubt. For one context.
 */
final class DeviceClocks {
    private static final Logger log = LoggerFactory.getLogger(DeviceClocks.class);
    /** Clocks that differ by less are right enough. */
    private static final Duration TOLERANCE = Duration.ofSeconds(10);
    /** After an outage every device sends what is old: they are not all asked at once. */
    private static final int ASKED_AT_ONCE = 50;

    private static final int HELD_BACK = 1000;

    private final Set<String> wrong = new HashSet<>();
    private final Map<String, List<Delivery>> asked = new HashMap<>();
    private long skewed;

    /** How long a message took by the clocks of both sides. */
    record Delivery(int qos, Duration took) {}

    /** What is to be done about a delivery time. */
    enum Verdict {
        /** It counts. */
        COUNT,
        /** The device must be asked for the time; the delivery time is held back until then. */
        ASK,
        /** It is held back, or counts for nothing. */
        LEAVE
    }

    Verdict judge(String device, Delivery delivery) {
        var took = delivery.took();
        if (took.compareTo(TOLERANCE.negated()) < 0) {
            found(device, took.negated());
            skewed++;
            return Verdict.LEAVE;
        }
        if (took.compareTo(TOLERANCE) <= 0) {
            right(device);
            return Verdict.COUNT;
        }
        if (wrong.contains(device)) {
            skewed++;
            return Verdict.LEAVE;
        }
        return hold(device, delivery);
    }

    private Verdict hold(String device, Delivery delivery) {
        var held = asked.get(device);
        if (held == null) {
            if (asked.size() >= ASKED_AT_ONCE) {
                return Verdict.COUNT;
            }
            asked.put(device, new ArrayList<>(List.of(delivery)));
            return Verdict.ASK;
        }
        if (held.size() >= HELD_BACK) {
            return Verdict.COUNT;
        }
        held.add(delivery);
        return Verdict.LEAVE;
    }

    /**
     * The device told its time.
     *
     * @param ahead of ours in the middle between question and answer; negative: behind
     * @param took from question to answer: the device may have told its time at any moment of that
     * @return what was held back and counts
     */
    List<Delivery> told(String device, Duration ahead, Duration took) {
        var held = asked.remove(device);
        if (ahead.abs().minus(took.dividedBy(2)).compareTo(TOLERANCE) > 0) {
            found(device, ahead);
            skewed += held == null ? 0 : held.size();
            return List.of();
        }
        right(device);
        return held == null ? List.of() : held;
    }

    /** It did not answer: it was away, as its messages were. @return what was held back and counts */
    List<Delivery> silent(String device) {
        var held = asked.remove(device);
        return held == null ? List.of() : held;
    }

    /** Devices whose clock is wrong now. */
    int wrong() {
        return wrong.size();
    }

    /** Messages without a delivery time, since the clock of their device was wrong. */
    long skewed() {
        return skewed;
    }

    private void found(String device, Duration ahead) {
        if (wrong.add(device)) {
            log.atWarn()
                    .addKeyValue("identity", device)
                    .addKeyValue("aheadSeconds", ahead.toSeconds())
                    .log("the clock of a device is wrong, its messages have no delivery time; set its clock (NTP)");
        }
    }

    private void right(String device) {
        if (wrong.remove(device)) {
            log.atInfo().addKeyValue("identity", device).log("the clock of the device is right again");
        }
    }
}
