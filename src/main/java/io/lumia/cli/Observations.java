package io.lumia.cli;

import static io.lumia.bus.FleetBus.CERTIFICATE_ISSUED;
import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.CONNECT_REFUSED;
import static io.lumia.bus.FleetBus.DEVICE_CONNECTED;
import static io.lumia.bus.FleetBus.DEVICE_DISCONNECTED;
import static io.lumia.bus.FleetBus.PROVISIONING_ANSWERED;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;

import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a demonstration sees of the bus. */
final class Observations {
    private final Map<String, SerialNumber> connected = new HashMap<>();
    private final Map<String, Integer> renewals = new HashMap<>();
    private final Map<Profile, Integer> issued = new HashMap<>();
    /** Holds one element while there is something that a waiting thread has not looked at. */
    private final BlockingQueue<Boolean> news = new ArrayBlockingQueue<>(1);

    private int refused;
    private int failedRenewals;
    private int provisioningAnswers;

    Future<?> listen(Vertx vertx) {
        return Future.all(List.of(
                DEVICE_CONNECTED.listen(
                        vertx,
                        told -> note(() -> {
                            if (told.clientId().equals(told.identity())) {
                                connected.put(told.identity(), told.serial());
                            }
                        })),
                DEVICE_DISCONNECTED.listen(
                        vertx,
                        told -> note(() -> {
                            // the probe of a renewal has the same serial, and its end may be told late
                            if (told.clientId().equals(told.identity())) {
                                connected.remove(told.identity(), told.serial());
                            }
                        })),
                CERTIFICATE_RENEWED.listen(vertx, told -> note(() -> renewals.merge(told.identity(), 1, Integer::sum))),
                CERTIFICATE_ISSUED.listen(
                        vertx,
                        told -> note(() -> issued.merge(told.certificate().profile(), 1, Integer::sum))),
                PROVISIONING_ANSWERED.listen(vertx, told -> note(() -> provisioningAnswers++)),
                CONNECT_REFUSED.listen(vertx, told -> note(() -> refused++)),
                RENEWAL_FAILED.listen(vertx, told -> note(() -> failedRenewals++))));
    }

    /** Waits on the calling thread until the condition holds or the time is up; says which. */
    boolean await(Duration limit, Predicate<Observations> condition) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.test(this)) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            var unused = news.poll(Math.max(1, Math.min(100, left / 1_000_000)), TimeUnit.MILLISECONDS);
        }
        return true;
    }

    synchronized int connected() {
        return connected.size();
    }

    /** Of the certificates with which identities are connected. */
    synchronized Map<String, SerialNumber> serials() {
        return Map.copyOf(connected);
    }

    /** How often provisioning answered anybody, whatever it answered. */
    synchronized int provisioningAnswers() {
        return provisioningAnswers;
    }

    synchronized int issued(Profile profile) {
        return issued.getOrDefault(profile, 0);
    }

    synchronized int renewals(String identity) {
        return renewals.getOrDefault(identity, 0);
    }

    /** The fewest renewals that any of the identities has behind it. */
    synchronized int fewestRenewals(List<String> identities) {
        return identities.stream().mapToInt(this::renewals).min().orElse(0);
    }

    synchronized int refused() {
        return refused;
    }

    synchronized int failedRenewals() {
        return failedRenewals;
    }

    private synchronized void note(Runnable fact) {
        fact.run();
        var unused = news.offer(Boolean.TRUE);
    }
}
