package io.lumia.scenario;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What clients of several nodes were told, and what of it must not be. */
final class NodesLedger {
    /** By serial. */
    final Set<String> received = ConcurrentHashMap.newKeySet();
    /** When each revocation was acknowledged, by serial. */
    final Map<String, Instant> revoked = new ConcurrentHashMap<>();

    final Queue<Instant> enrolled = new ConcurrentLinkedQueue<>();
    final Queue<String> violations = new ConcurrentLinkedQueue<>();
    final AtomicInteger orders = new AtomicInteger();
    final AtomicInteger replays = new AtomicInteger();
    final AtomicInteger tokens = new AtomicInteger();
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger switches = new AtomicInteger();
    final AtomicInteger limited = new AtomicInteger();
    final AtomicInteger failedOver = new AtomicInteger();
    final AtomicInteger lists = new AtomicInteger();
    final AtomicInteger sessions = new AtomicInteger();

    void violated(String what) {
        violations.add(what);
        System.out.println("soak: VIOLATED: " + what);
    }

    /** No window of time has more grants than the limit allows in it. */
    List<String> beyond(int perMinute, int atOnce, Duration tolerance) {
        var times = new ArrayList<>(enrolled);
        times.sort(Instant::compareTo);
        var beyond = new ArrayList<String>();
        for (int first = 0; first < times.size(); first++) {
            for (int last = first; last < times.size(); last++) {
                var window = Duration.between(times.get(first), times.get(last)).plus(tolerance);
                double most = atOnce + window.toMillis() / 60_000.0 * perMinute;
                if (last - first + 1 > most) {
                    beyond.add((last - first + 1) + " enrolments of one address in " + window);
                    return beyond;
                }
            }
        }
        return beyond;
    }

    @Override
    public String toString() {
        return received.size() + " certificates received (" + orders + " by ACME, " + tokens + " by token, "
                + enrolled.size() + " enrolments), " + revoked.size() + " revoked, " + asked
                + " OCSP answers after a revocation, "
                + lists + " CRLs in order, " + replays + " replays, " + switches + " switches of provisioning, "
                + limited
                + " enrolments refused by the limit, " + sessions + " browser sessions, " + failedOver
                + " requests failed over";
    }
}
