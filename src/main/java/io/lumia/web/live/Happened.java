package io.lumia.web.live;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.ProvisioningAnswered;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last renewals, failures and refusals since the start of the process, newest first. For one event loop. */
public final class Happened {
    private static final int RENEWALS = 200;
    private static final int FAILURES = 500;
    private static final int REFUSALS = 200;

    private final Clock clock;
    private final Deque<Renewal> renewals = new ArrayDeque<>();
    private final Map<String, Failure> failures = new LinkedHashMap<>();
    private final Map<String, Refusal> refusals = new LinkedHashMap<>();

    public Happened(Clock clock) {
        this.clock = clock;
    }

    public record Renewal(Instant at, CertificateRenewed told) {}

    /**
     * The last failure of an identity; gone when it renews.
     *
     * @param count since it renewed last
     */
    public record Failure(Instant at, int count, RenewalFailed told) {}

    /** @param count how often this address was answered so */
    public record Refusal(Instant at, int count, ProvisioningAnswered told) {}

    public Future<Void> start(Vertx vertx) {
        return FleetBus.CERTIFICATE_RENEWED
                .listen(vertx, this::renewed)
                .compose(listening -> FleetBus.RENEWAL_FAILED.listen(vertx, this::failed))
                .compose(listening -> FleetBus.PROVISIONING_ANSWERED.listen(vertx, this::answered));
    }

    public List<Renewal> renewals(int most) {
        return renewals.stream().limit(most).toList();
    }

    public List<Failure> failures() {
        return newestFirst(failures);
    }

    public List<Refusal> refusals() {
        return newestFirst(refusals);
    }

    private void renewed(CertificateRenewed told) {
        renewals.addFirst(new Renewal(clock.instant(), told));
        if (renewals.size() > RENEWALS) {
            renewals.removeLast();
        }
        failures.remove(told.identity());
    }

    private void failed(RenewalFailed told) {
        var before = failures.remove(told.identity());
        failures.put(told.identity(), new Failure(clock.instant(), before == null ? 1 : before.count + 1, told));
        trim(failures, FAILURES);
    }

    private void answered(ProvisioningAnswered told) {
        if (told.result().equals("issued")) {
            refusals.values().removeIf(refusal -> refusal.told.address().equals(told.address()));
            return;
        }
        var key = told.address() + " " + told.result();
        var before = refusals.remove(key);
        refusals.put(key, new Refusal(clock.instant(), before == null ? 1 : before.count + 1, told));
        trim(refusals, REFUSALS);
    }

    private static void trim(Map<String, ?> map, int most) {
        if (map.size() > most) {
            map.remove(map.keySet().iterator().next());
        }
    }

    private static <T> List<T> newestFirst(Map<String, T> map) {
        var all = new ArrayList<>(map.values());
        java.util.Collections.reverse(all);
        return all;
    }
}
