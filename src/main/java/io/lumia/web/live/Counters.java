package io.lumia.web.live;

import io.lumia.bus.Call;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountCertificates;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.bus.FleetBus.ReadDeliveryStatistics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Numbers of the whole system, once for all who listen. What the database must be asked for is asked less often. */
final class Counters {
    private static final int DATABASE_EVERY = 5;
    private static final String KIND = "counters";

    private final Vertx vertx;
    private final CountOverdue policy;
    private final Map<String, Object> numbers = new TreeMap<>();
    private Buffer latest = Buffer.buffer();
    private int asked;

    Counters(Vertx vertx, CountOverdue policy) {
        this.vertx = vertx;
        this.policy = policy;
    }

    /** The last ones, as a frame; empty before the first. */
    Buffer latest() {
        return latest;
    }

    /** Asks anew; parts that do not run here are left out. */
    Future<Buffer> ask(int listening, long leftOut) {
        numbers.put("browsers", listening);
        numbers.put("eventsLeftOut", leftOut);
        var all = put(FleetBus.BROKER_STATISTICS, new ReadBrokerStatistics(), (into, told) -> {
                    into.put("connections", told.connections());
                    into.put("sessions", told.sessions());
                })
                .compose(done -> asked++ % DATABASE_EVERY == 0 ? database() : Future.succeededFuture());
        return all.map(done -> latest = LiveEvent.frame(KIND, numbers));
    }

    private Future<Void> database() {
        var counts = put(FleetBus.COUNT_CERTIFICATES, new CountCertificates(), Counters::count);
        var overdue = put(FleetBus.COUNT_OVERDUE, policy, (into, told) -> into.put("overdue", told.devices()));
        var delivery = put(
                FleetBus.DELIVERY_STATISTICS,
                new ReadDeliveryStatistics(),
                (into, told) -> Percentile.of(told, 0.99)
                        .ifPresent(seconds -> into.put("deliveryP99Millis", Math.round(seconds * 10_000) / 10.0)));
        return Future.all(counts, overdue, delivery).mapEmpty();
    }

    private static void count(Map<String, Object> into, CertificateCounts told) {
        into.put(
                "active",
                told.byStatusAndProfile().getOrDefault(CertificateStatus.ACTIVE, Map.of()).values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        into.put("expiring", told.expiringWithin().getOrDefault(Duration.ofDays(7), 0L));
    }

    private <Q extends Record, A> Future<Void> put(
            Call<Q, A> call, Q question, BiConsumer<Map<String, Object>, A> use) {
        return call.ask(vertx, question)
                .onSuccess(told -> use.accept(numbers, told))
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }
}
